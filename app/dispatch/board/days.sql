-- The days of a board as instants, and the last event that screens were shown.
--
-- $1 company, $2 first day, or null for today, $3 now, $4 number of days.
WITH first AS (
    SELECT company.timezone,
           COALESCE(CAST($2 AS date), (CAST($3 AS timestamptz) AT TIME ZONE company.timezone)::date) AS day
      FROM company WHERE company.id = $1
)
SELECT first.timezone, first.day,
       first.day::timestamp AT TIME ZONE first.timezone AS since,
       (first.day + CAST($4 AS int))::timestamp AT TIME ZONE first.timezone AS until,
       (SELECT outbox_event.id FROM outbox_event
         WHERE outbox_event.company_id = $1 AND outbox_event.relayed_at IS NOT NULL
         ORDER BY outbox_event.relayed_at DESC LIMIT 1) AS last_event
  FROM first
