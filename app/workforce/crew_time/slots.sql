-- Moments at which a crew could begin. They are on the half hours of the company's clocks. All members are on
-- shift, not booked and not absent until the end, and together they have the skills. At most three moments
-- for each crew and day: the first, the middle one and the last.
-- Its sister is `broken_rules` in dispatch/gate/policies.py, which says why one crew cannot come at one time. A
-- new rule may belong in both. Territories and people who left are looked at only there, because
-- this statement does not know the site and takes the members of active crews as they are.
WITH span AS (
    SELECT tstzrange(
        CAST(:first_day AS date)::timestamp AT TIME ZONE :zone,
        (CAST(:first_day AS date) + CAST(:days AS int))::timestamp AT TIME ZONE :zone
            + make_interval(mins => :duration_min)
    ) AS whole
),
member AS (
    SELECT m.crew_id, m.worker_id, m.period
      FROM crew_member m
      JOIN crew c ON c.company_id = m.company_id AND c.id = m.crew_id
      CROSS JOIN span
     WHERE m.company_id = :company_id AND c.is_active AND m.period && span.whole
),
worker_free AS MATERIALIZED (
    SELECT one.worker_id,
           (SELECT coalesce(range_agg(s.period), '{}') FROM shift s
             WHERE s.company_id = :company_id AND s.worker_id = one.worker_id AND s.period && span.whole)
         - (SELECT coalesce(range_agg(b.period), '{}') FROM visit_booking b
             WHERE b.company_id = :company_id AND b.worker_id = one.worker_id AND b.period && span.whole)
         - (SELECT coalesce(range_agg(a.period), '{}') FROM absence a
             WHERE a.company_id = :company_id AND a.worker_id = one.worker_id AND a.period && span.whole)
           AS free
      FROM (SELECT DISTINCT worker_id FROM member) AS one
      CROSS JOIN span
),
moment AS (
    SELECT CAST(:first_day AS date) + day AS day,
           (CAST(:first_day AS date) + day + make_interval(mins => 30 * half_hour)) AT TIME ZONE :zone AS starts_at
      FROM generate_series(0, CAST(:days AS int) - 1) AS day,
           generate_series(0, 47) AS half_hour
),
beginning AS (
    SELECT member.crew_id, moment.day, moment.starts_at
      FROM moment
      JOIN member ON member.period @> moment.starts_at
      JOIN worker_free USING (worker_id)
     WHERE moment.starts_at >= :not_before
     GROUP BY 1, 2, 3
    HAVING bool_and(
        worker_free.free
        @> tstzrange(moment.starts_at, moment.starts_at + make_interval(mins => :duration_min))
    )
),
skilled AS (
    SELECT beginning.*,
           row_number() OVER (PARTITION BY crew_id, day ORDER BY starts_at) AS place,
           count(*) OVER (PARTITION BY crew_id, day) AS places
      FROM beginning
     WHERE NOT EXISTS (
        SELECT FROM unnest(CAST(:skills AS text[])) AS needed
         WHERE NOT EXISTS (
            SELECT FROM member
              JOIN worker w ON w.company_id = :company_id AND w.id = member.worker_id
             WHERE member.crew_id = beginning.crew_id AND member.period @> beginning.starts_at
               AND needed = ANY (w.skills)
         )
     )
)
SELECT skilled.crew_id, c.name AS crew_name, skilled.day, skilled.starts_at
  FROM skilled
  JOIN crew c ON c.company_id = :company_id AND c.id = skilled.crew_id
 WHERE skilled.place IN (1, (skilled.places + 1) / 2, skilled.places)
 ORDER BY skilled.starts_at, skilled.crew_id
