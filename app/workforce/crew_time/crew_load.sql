-- For each active crew and each day of the company's calendar: how long the whole crew is there (all members
-- are on shift and not absent), and how long at least one member is booked.
WITH span AS (
    SELECT tstzrange(
        CAST(:first_day AS date)::timestamp AT TIME ZONE :zone,
        CAST(:end_day AS date)::timestamp AT TIME ZONE :zone
    ) AS whole
),
member AS (
    SELECT c.id AS crew_id, m.worker_id, m.period * span.whole AS period
      FROM crew c
      CROSS JOIN span
      JOIN crew_member m ON m.company_id = c.company_id AND m.crew_id = c.id AND m.period && span.whole
     WHERE c.company_id = :company_id AND c.is_active
),
worker_time AS MATERIALIZED (
    SELECT one.worker_id,
           (SELECT coalesce(range_agg(s.period), '{}') FROM shift s
             WHERE s.company_id = :company_id AND s.worker_id = one.worker_id AND s.period && span.whole)
         - (SELECT coalesce(range_agg(a.period), '{}') FROM absence a
             WHERE a.company_id = :company_id AND a.worker_id = one.worker_id AND a.period && span.whole)
           AS present,
           (SELECT coalesce(range_agg(b.period), '{}') FROM visit_booking b
             WHERE b.company_id = :company_id AND b.worker_id = one.worker_id AND b.period && span.whole)
           AS booked
      FROM (SELECT DISTINCT worker_id FROM member) AS one
      CROSS JOIN span
),
manned AS (
    SELECT crew_id, range_agg(period) AS periods FROM member GROUP BY crew_id
),
missing AS (
    SELECT member.crew_id, range_agg(gap) AS periods
      FROM member
      JOIN worker_time USING (worker_id)
      CROSS JOIN LATERAL unnest(tstzmultirange(member.period) - worker_time.present) AS gap
     GROUP BY member.crew_id
),
booked AS (
    SELECT member.crew_id, range_agg(taken) AS periods
      FROM member
      JOIN worker_time USING (worker_id)
      CROSS JOIN LATERAL unnest(tstzmultirange(member.period) * worker_time.booked) AS taken
     GROUP BY member.crew_id
),
day AS (
    SELECT CAST(:first_day AS date) + number AS day,
           tstzmultirange(tstzrange(
               (CAST(:first_day AS date) + number)::timestamp AT TIME ZONE :zone,
               (CAST(:first_day AS date) + number + 1)::timestamp AT TIME ZONE :zone
           )) AS whole
      FROM generate_series(0, CAST(:end_day AS date) - CAST(:first_day AS date) - 1) AS number
)
SELECT c.id AS crew_id, c.name AS crew_name, day.day,
       (SELECT coalesce(sum(extract(epoch FROM upper(part) - lower(part))) / 60, 0)::int
          FROM unnest((coalesce(manned.periods, '{}') - coalesce(missing.periods, '{}')) * day.whole) AS part
       ) AS shift_min,
       (SELECT coalesce(sum(extract(epoch FROM upper(part) - lower(part))) / 60, 0)::int
          FROM unnest(coalesce(booked.periods, '{}') * day.whole) AS part
       ) AS booked_min
  FROM crew c
  CROSS JOIN day
  LEFT JOIN manned ON manned.crew_id = c.id
  LEFT JOIN missing ON missing.crew_id = c.id
  LEFT JOIN booked ON booked.crew_id = c.id
 WHERE c.company_id = :company_id AND c.is_active
 ORDER BY day.day, c.name, c.id
