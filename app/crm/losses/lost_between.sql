-- Clients who bought in one period and not in a later one, with their last purchase of the first.
-- $1 company, $2 and $3 the period of visits, $4 and $5 that of returns, $6 source, $7 worker, $8 category,
-- $9 territory (NULL: any), $10 clients after this one, $11 how many clients.
page AS (
  SELECT who.*
    FROM who
   WHERE who.client_id > $10
     AND ($6::text IS NULL OR who.source = $6)
     AND EXISTS (SELECT FROM client_purchase AS bought
                  WHERE bought.company_id = $1 AND bought.client_id = who.client_id
                    AND bought.on_day >= $2 AND bought.on_day < $3
                    AND ($7::uuid IS NULL OR $7 = ANY(bought.workers))
                    AND ($8::text IS NULL OR $8 = ANY(bought.categories))
                    AND ($9::uuid IS NULL
                         OR EXISTS (SELECT FROM site
                                      JOIN territory
                                        ON territory.company_id = $1 AND ST_Covers(territory.area, site.point)
                                     WHERE site.company_id = $1 AND site.id = ANY(bought.sites)
                                       AND territory.id = $9)))
     AND NOT EXISTS (SELECT FROM client_purchase AS bought
                      WHERE bought.company_id = $1 AND bought.client_id = who.client_id
                        AND bought.on_day >= $4 AND bought.on_day < $5)
   ORDER BY who.client_id
   LIMIT $11
)
SELECT page.client_id, page.name, page.surname, page.source, last.on_day, last.workers
  FROM page
 CROSS JOIN LATERAL (SELECT on_day, workers FROM client_purchase AS bought
                      WHERE bought.company_id = $1 AND bought.client_id = page.client_id
                        AND bought.on_day >= $2 AND bought.on_day < $3
                      ORDER BY bought.number DESC LIMIT 1) AS last
 ORDER BY page.client_id
