-- How many people could come alone at each of these moments: on shift, not booked and not absent until the end, with
-- the skills, and sent to this place. Its sister is `broken_rules` in dispatch/gate/policies.py, which decides when
-- somebody is asked; this only counts those whom it would let pass.
--
-- $1 company, $2 moments, $3 how long, $4 skills, $5 longitude and $6 latitude of the place, or null.
WITH moment AS (
    SELECT starts_at FROM unnest(CAST($2 AS timestamptz[])) AS starts_at
), span AS (
    SELECT tstzrange(min(moment.starts_at), max(moment.starts_at) + CAST($3 AS interval)) AS whole FROM moment
), able AS MATERIALIZED (
    SELECT worker.id,
           (SELECT coalesce(range_agg(shift.period), '{}') FROM shift
             WHERE shift.company_id = $1 AND shift.worker_id = worker.id AND shift.period && span.whole)
         - (SELECT coalesce(range_agg(visit_booking.period), '{}') FROM visit_booking
             WHERE visit_booking.company_id = $1 AND visit_booking.worker_id = worker.id
               AND visit_booking.period && span.whole)
         - (SELECT coalesce(range_agg(absence.period), '{}') FROM absence
             WHERE absence.company_id = $1 AND absence.worker_id = worker.id AND absence.period && span.whole)
           AS free
      FROM worker
      JOIN user_account ON user_account.company_id = $1 AND user_account.id = worker.id
     CROSS JOIN span
     WHERE worker.company_id = $1 AND worker.is_active AND user_account.is_active
       AND worker.skills @> CAST($4 AS text[])
       AND (
           CAST($5 AS float8) IS NULL
           OR NOT EXISTS (
               SELECT FROM worker_territory
                WHERE worker_territory.company_id = $1 AND worker_territory.worker_id = worker.id
           )
           OR EXISTS (
               SELECT FROM worker_territory
                 JOIN territory ON territory.company_id = $1 AND territory.id = worker_territory.territory_id
                WHERE worker_territory.company_id = $1 AND worker_territory.worker_id = worker.id
                  AND ST_Covers(territory.area, ST_SetSRID(ST_MakePoint($5, $6), 4326)::geography)
           )
       )
)
SELECT moment.starts_at, count(able.id)::int AS free
  FROM moment
  LEFT JOIN able ON able.free @> tstzrange(moment.starts_at, moment.starts_at + CAST($3 AS interval))
 GROUP BY moment.starts_at
 ORDER BY moment.starts_at
