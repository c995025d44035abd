-- What lies in the days of a board: its range, the last event that it contains, ids of its visits and jobs, and one
-- number for everything that it shows (`marks`). Equal numbers mean that nothing has changed.
--
-- $1 company, $2 first day, or null for today, $3 now, $4 number of days, $5 how long a visit takes at most, $6 rows of
-- the tray.
--
-- Each row that is shown, or that decides what is shown, gives one mark: its id with `xmin`, which every change of the
-- row makes new. Rows that change often for other reasons give what is shown of them. `= ANY(ARRAY(…))` lets PostgreSQL
-- look up rows by their keys, however many it expects.
-- A row that is there for two reasons counts once: two equal marks would cancel each other in `bit_xor`.
-- tests/dispatch/test_board.py finds a table that is read and not named here.
WITH first AS (
    SELECT company.timezone,
           COALESCE(CAST($2 AS date), (CAST($3 AS timestamptz) AT TIME ZONE company.timezone)::date) AS day
      FROM company WHERE company.id = $1
), zone AS MATERIALIZED (
    SELECT first.timezone, first.day,
           first.day::timestamp AT TIME ZONE first.timezone AS since,
           (first.day + CAST($4 AS int))::timestamp AT TIME ZONE first.timezone AS until
      FROM first
), shown AS MATERIALIZED (
    SELECT visit.id, visit.starts_at, visit.job_id, visit.xmin AS changed
      FROM visit
     WHERE visit.company_id = $1
       AND visit.starts_at < (SELECT zone.until FROM zone)
       AND visit.starts_at > (SELECT zone.since FROM zone) - CAST($5 AS interval)
       AND visit.ends_at > (SELECT zone.since FROM zone)
), nobodys AS MATERIALIZED (
    SELECT visit.id, visit.starts_at, visit.job_id, visit.xmin AS changed
      FROM visit
     WHERE visit.company_id = $1 AND visit.status = 'planned'
       AND NOT EXISTS (SELECT FROM shown WHERE shown.id = visit.id)
), waiting AS MATERIALIZED (
    SELECT visit_page.* FROM (SELECT * FROM nobodys ORDER BY nobodys.starts_at, nobodys.id LIMIT $6) AS visit_page
), new_job AS MATERIALIZED (
    SELECT job.id, job.client_id, job.site_id, job.xmin AS changed,
           array_position(ARRAY['urgent','high','normal','low'], job.priority) AS urgency
      FROM job
     WHERE job.company_id = $1 AND job.status = 'new'
), open_job AS MATERIALIZED (
    SELECT job_page.* FROM (SELECT * FROM new_job ORDER BY new_job.urgency, new_job.id LIMIT $6) AS job_page
), here AS MATERIALIZED (
    SELECT * FROM shown UNION ALL SELECT * FROM waiting
), job_here AS MATERIALIZED (
    SELECT job.id, job.client_id, job.site_id, job.xmin AS changed
      FROM job WHERE job.company_id = $1 AND job.id = ANY(ARRAY(SELECT here.job_id FROM here))
    UNION ALL
    SELECT open_job.id, open_job.client_id, open_job.site_id, open_job.changed FROM open_job
), marks (mark) AS (
    SELECT concat_ws(' ', 'zone', zone.timezone, zone.day) FROM zone
    UNION ALL
    SELECT concat_ws(' ', 'visit', here.id, here.changed) FROM here
    UNION ALL
    SELECT concat_ws(' ', 'tray', (SELECT count(*) FROM nobodys), (SELECT count(*) FROM new_job))
    UNION ALL
    SELECT concat_ws(' ', 'job', job_here.id, job_here.changed) FROM job_here
    UNION ALL
    SELECT concat_ws(' ', 'client', client.id, client.xmin) FROM client
     WHERE client.company_id = $1 AND client.id = ANY(ARRAY(SELECT job_here.client_id FROM job_here))
    UNION ALL
    SELECT concat_ws(' ', 'client', client.id, client.xmin) FROM client
     WHERE client.company_id = $1 AND client.id = ANY(ARRAY(
           SELECT card.merged_into FROM client AS card
            WHERE card.company_id = $1 AND card.merged_into IS NOT NULL
              AND card.id = ANY(ARRAY(SELECT job_here.client_id FROM job_here))))
    UNION ALL
    SELECT concat_ws(' ', 'site', site.id, site.xmin) FROM site
     WHERE site.company_id = $1 AND site.id = ANY(ARRAY(SELECT job_here.site_id FROM job_here))
    UNION ALL
    SELECT concat_ws(' ', 'booking', visit_booking.visit_id, visit_booking.worker_id, visit_booking.xmin)
      FROM visit_booking
     WHERE visit_booking.company_id = $1 AND visit_booking.visit_id = ANY(ARRAY(SELECT here.id FROM here))
    UNION ALL
    SELECT concat_ws(' ', 'offer', offer.id, offer.xmin) FROM offer
     WHERE offer.company_id = $1 AND offer.visit_id = ANY(ARRAY(SELECT here.id FROM here))
       AND offer.status IN ('pending', 'accepted')
    UNION ALL
    SELECT concat_ws(' ', 'unfit', inbox_item.id, inbox_item.xmin) FROM inbox_item
     WHERE inbox_item.company_id = $1 AND inbox_item.kind = 'visit_unfit' AND inbox_item.done_at IS NULL
       AND inbox_item.subject_id = ANY(ARRAY(SELECT here.id FROM here))
    UNION ALL
    SELECT concat_ws(' ', 'production', production_order.id, production_order.xmin) FROM production_order
     WHERE production_order.company_id = $1
       AND production_order.installation_job_id = ANY(ARRAY(SELECT open_job.id FROM open_job))
    UNION ALL
    SELECT concat_ws(' ', 'job_type', job_type.id, job_type.xmin) FROM job_type WHERE job_type.company_id = $1
    UNION ALL
    SELECT concat_ws(' ', 'worker', worker.id, worker.is_active, worker.archived_at IS NULL, worker.skills)
      FROM worker WHERE worker.company_id = $1
    UNION ALL
    SELECT concat_ws(' ', 'name', user_account.id, user_account.is_active, user_account.name, user_account.roles)
      FROM user_account WHERE user_account.company_id = $1
    UNION ALL
    SELECT concat_ws(' ', 'bound', worker_territory.worker_id, worker_territory.territory_id)
      FROM worker_territory WHERE worker_territory.company_id = $1
    UNION ALL
    SELECT concat_ws(' ', 'territory', territory.id, territory.xmin) FROM territory WHERE territory.company_id = $1
    UNION ALL
    SELECT concat_ws(' ', 'crew', crew.id, crew.xmin) FROM crew WHERE crew.company_id = $1
    UNION ALL
    SELECT concat_ws(' ', 'member', crew_member.id, crew_member.xmin) FROM crew_member
     WHERE crew_member.company_id = $1
       AND crew_member.period && (SELECT tstzrange(zone.since, zone.until) FROM zone)
    UNION ALL
    SELECT concat_ws(' ', 'shift', shift.id, shift.xmin) FROM shift
     WHERE shift.company_id = $1 AND shift.period && (SELECT tstzrange(zone.since, zone.until) FROM zone)
    UNION ALL
    SELECT concat_ws(' ', 'absence', absence.id, absence.xmin) FROM absence
     WHERE absence.company_id = $1 AND absence.period && (SELECT tstzrange(zone.since, zone.until) FROM zone)
)
SELECT zone.timezone, zone.day, zone.since, zone.until,
       (SELECT outbox_event.id FROM outbox_event
         WHERE outbox_event.company_id = $1 AND outbox_event.relayed_at IS NOT NULL
         ORDER BY outbox_event.relayed_at DESC LIMIT 1) AS last_event,
       (SELECT array_agg(shown.id) FROM shown) AS visits,
       (SELECT array_agg(waiting.id) FROM waiting) AS waiting,
       (SELECT count(*) FROM nobodys) AS waiting_total,
       (SELECT array_agg(open_job.id) FROM open_job) AS jobs,
       (SELECT count(*) FROM new_job) AS jobs_total,
       (SELECT concat_ws(' ', count(*), bit_xor(hashtextextended(marks.mark, 0)), bit_xor(hashtextextended(marks.mark, 1)))
          FROM (SELECT DISTINCT every.mark FROM marks AS every) AS marks) AS marks
  FROM zone
