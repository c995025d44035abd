-- How busy each of these workers is on each day of the company's calendar, in minutes.
--
-- $1 company, $2 workers, $3 first day, $4 number of days, $5 zone, $6 and $7 these days as [since, until).
WITH day AS (
    SELECT CAST($3 AS date) + number AS day,
           tstzmultirange(tstzrange(
               (CAST($3 AS date) + number)::timestamp AT TIME ZONE CAST($5 AS text),
               (CAST($3 AS date) + number + 1)::timestamp AT TIME ZONE CAST($5 AS text)
           )) AS whole
      FROM generate_series(0, CAST($4 AS int) - 1) AS number
), on_shift AS (
    SELECT shift.worker_id, range_agg(shift.period) AS periods FROM shift
     WHERE shift.company_id = $1 AND shift.period && tstzrange($6, $7) GROUP BY shift.worker_id
), away AS (
    SELECT absence.worker_id, range_agg(absence.period) AS periods FROM absence
     WHERE absence.company_id = $1 AND absence.period && tstzrange($6, $7) GROUP BY absence.worker_id
), busy AS (
    SELECT visit_booking.worker_id, range_agg(visit_booking.period) AS periods FROM visit_booking
     WHERE visit_booking.company_id = $1 AND visit_booking.period && tstzrange($6, $7)
     GROUP BY visit_booking.worker_id
), his AS (
    SELECT asked.id, COALESCE(on_shift.periods, '{}') - COALESCE(away.periods, '{}') AS present,
           COALESCE(busy.periods, '{}') AS booked
      FROM unnest(CAST($2 AS uuid[])) AS asked (id)
      LEFT JOIN on_shift ON on_shift.worker_id = asked.id
      LEFT JOIN away ON away.worker_id = asked.id
      LEFT JOIN busy ON busy.worker_id = asked.id
)
SELECT his.id, day.day,
       (SELECT COALESCE(sum(extract(epoch FROM upper(part) - lower(part))) / 60, 0)::int
          FROM unnest(his.present * day.whole) AS part) AS shift_min,
       (SELECT COALESCE(sum(extract(epoch FROM upper(part) - lower(part))) / 60, 0)::int
          FROM unnest(his.booked * day.whole) AS part) AS booked_min,
       (SELECT COALESCE(sum(extract(epoch FROM upper(part) - lower(part))) / 60, 0)::int
          FROM unnest((his.present - his.booked) * day.whole) AS part) AS free_min
  FROM his CROSS JOIN day
 ORDER BY day.day
