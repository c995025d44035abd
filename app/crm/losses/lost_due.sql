-- Clients who were due in a period and certainly did not come, one row for each of these needs.
-- $1 company, $2 and $3 the period, $4 today, $5 source, $6 worker, $7 category, $8 territory (NULL: any),
-- $9 clients after this one, $10 how many clients.
lost AS (
  SELECT who.*, due.number, due.site_id, due.category, due.anchor_on, due.due_on, due.early_on, due.late_on,
         due.worker_id
    FROM expected_need AS due
    JOIN who ON who.client_id = due.client_id
   WHERE due.company_id = $1 AND due.due_on >= $2 AND due.due_on < $3 AND due.late_on < $4
     AND due.client_id > $9
     AND (due.renewed_on IS NULL OR due.renewed_on >= due.early_on)
     AND ($5::text IS NULL OR who.source = $5)
     AND ($6::uuid IS NULL OR due.worker_id = $6)
     AND ($7::text IS NULL OR due.category = $7)
     AND ($8::uuid IS NULL
          OR EXISTS (SELECT FROM site
                       JOIN territory ON territory.company_id = $1 AND ST_Covers(territory.area, site.point)
                      WHERE site.company_id = $1 AND site.id = due.site_id AND territory.id = $8))
     AND NOT EXISTS (SELECT FROM client_purchase AS bought
                      WHERE bought.company_id = $1 AND bought.client_id = due.client_id
                        AND bought.on_day BETWEEN due.early_on AND due.late_on AND bought.first_on > due.anchor_on)
), page AS (
  SELECT DISTINCT client_id FROM lost ORDER BY client_id LIMIT $10
)
SELECT lost.client_id, lost.name, lost.surname, lost.source, last.on_day, last.workers,
       lost.site_id, lost.category, lost.anchor_on, lost.due_on, lost.early_on, lost.late_on, lost.worker_id
  FROM page
  JOIN lost ON lost.client_id = page.client_id
  LEFT JOIN LATERAL (SELECT on_day, workers FROM client_purchase AS bought
                      WHERE bought.company_id = $1 AND bought.client_id = page.client_id
                      ORDER BY bought.number DESC LIMIT 1) AS last ON true
 ORDER BY lost.client_id, lost.due_on, lost.number
