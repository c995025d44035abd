-- What needs a dispatcher now, and who has taken it. Each alert has a subject and the moment since when, or until when.
--
-- $1 company, $2 now, $3 how long before its deadline an offer is shown, $4 how far back visits are looked at.
WITH late AS (
    SELECT visit.id, visit.job_id, visit.worker_id, visit.window_ends_at AS due_at
      FROM visit
     WHERE visit.company_id = $1
       AND visit.starts_at > CAST($2 AS timestamptz) - CAST($4 AS interval) AND visit.starts_at <= $2
       AND visit.status IN ('planned','offered','accepted','en_route') AND visit.window_ends_at <= $2
), asked AS (
    SELECT visit.id, visit.job_id, visit.worker_id, visit.status, visit.accept_by, visit.ladder, visit.ladder_next
      FROM visit
     WHERE visit.company_id = $1 AND visit.status IN ('offered','planned')
       AND visit.starts_at > CAST($2 AS timestamptz) - CAST($4 AS interval)
       AND (visit.status = 'offered' OR visit.ladder_next > 0)
), of_visit AS (
    SELECT 'visit_late' AS kind, late.id, late.job_id, late.worker_id, late.due_at FROM late
    UNION ALL
    SELECT 'offer_waits', asked.id, asked.job_id, asked.worker_id, asked.accept_by FROM asked
     WHERE asked.status = 'offered' AND asked.accept_by <= CAST($2 AS timestamptz) + CAST($3 AS interval)
    UNION ALL
    SELECT 'nobody_accepts', asked.id, asked.job_id, NULL,
           CAST(asked.ladder -> (asked.ladder_next - 1) ->> 'due_at' AS timestamptz)
      FROM asked WHERE asked.status = 'planned' AND asked.ladder -> (asked.ladder_next - 1) IS NOT NULL
    UNION ALL
    SELECT 'visit_unconfirmed', visit.id, visit.job_id, visit.worker_id, visit.window_starts_at
      FROM inbox_item
      JOIN visit ON visit.company_id = $1 AND visit.id = inbox_item.subject_id
     WHERE inbox_item.company_id = $1 AND inbox_item.audience = 'dispatcher' AND inbox_item.done_at IS NULL
       AND inbox_item.kind IN ('visit_unconfirmed','new_client_unconfirmed')
), found AS (
    SELECT of_visit.kind, 'visit' AS subject_kind, of_visit.id AS subject_id, of_visit.due_at,
           ltrim(client.surname || ' ' || client.name) AS client_name, site.address, job.kind AS job_kind,
           visit.starts_at, of_visit.worker_id, NULL AS channel
      FROM of_visit
      JOIN visit ON visit.company_id = $1 AND visit.id = of_visit.id
      JOIN job ON job.company_id = $1 AND job.id = of_visit.job_id
      JOIN client AS card ON card.company_id = $1 AND card.id = job.client_id
      JOIN client ON client.company_id = $1 AND client.id = coalesce(card.merged_into, card.id)
      JOIN site ON site.company_id = $1 AND site.id = job.site_id
    UNION ALL
    SELECT 'request_unanswered', 'request', service_request.id, service_request.respond_by,
           service_request.contact_name, service_request.address, NULL, NULL, NULL, service_request.channel
      FROM service_request
     WHERE service_request.company_id = $1 AND service_request.status = 'new' AND service_request.respond_by <= $2
)
SELECT found.kind, found.subject_kind, found.subject_id, found.due_at, found.client_name, found.address,
       found.job_kind, found.starts_at, worker.name AS worker_name, found.channel,
       taken.taken_by, taker.name AS taken_by_name, taken.created_at AS taken_at
  FROM found
  LEFT JOIN user_account AS worker ON worker.company_id = $1 AND worker.id = found.worker_id
  LEFT JOIN alert_taken AS taken
         ON taken.company_id = $1 AND taken.subject_id = found.subject_id AND taken.kind = found.kind
        AND taken.due_at = found.due_at
  LEFT JOIN user_account AS taker ON taker.company_id = $1 AND taker.id = taken.taken_by
 ORDER BY found.due_at, found.subject_id
 LIMIT 200
