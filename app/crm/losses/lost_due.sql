-- Clients who were due in a period and certainly did not come, one row for each of these needs.
-- $1 company, $2 and $3 the period, $4 today, $5 source, $6 worker, $7 category, $8 territory (NULL: any),
-- $9 clients after this one, $10 how many clients.
lost AS (
  SELECT ended.*, who.name, who.surname
    FROM ended
    JOIN who ON who.client_id = ended.client_id
   WHERE ended.is_matured AND NOT ended.is_ahead AND NOT ended.returned
     AND ended.client_id > $9
     AND ($5::text IS NULL OR ended.source = $5)
     AND ($6::uuid IS NULL OR ended.worker_id = $6)
     AND ($7::text IS NULL OR ended.category = $7)
     AND ($8::uuid IS NULL
          OR EXISTS (SELECT FROM site
                       JOIN territory ON territory.company_id = $1 AND ST_Covers(territory.area, site.point)
                      WHERE site.company_id = $1 AND site.id = ended.site_id AND territory.id = $8))
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
