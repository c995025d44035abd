-- Clients by the days between their first purchase and the next, of those who bought for the first time in a period:
-- of all (key NULL) and by group. Who has not bought again has been watched until today.
-- $1 company, $2 and $3 the period, $4 today, $5 source, $6 worker, $7 category (NULL: any), $8 what they are divided by.
first AS (
  SELECT bought.client_id, bought.on_day, bought.workers, bought.categories, who.source
    FROM client_purchase AS bought
    JOIN who ON who.client_id = bought.client_id
   WHERE bought.company_id = $1 AND bought.number = 0 AND bought.on_day >= $2 AND bought.on_day < $3
     AND ($5::text IS NULL OR who.source = $5)
     AND ($6::uuid IS NULL OR $6 = ANY(bought.workers))
     AND ($7::text IS NULL OR $7 = ANY(bought.categories))
), watched AS (
  SELECT first.*, again.on_day IS NOT NULL AS came_again,
         greatest(coalesce(again.on_day, $4::date) - first.on_day, 0) AS days
    FROM first
    LEFT JOIN client_purchase AS again
           ON again.company_id = $1 AND again.client_id = first.client_id AND again.number = 1
), placed AS (
  SELECT NULL AS key, days, came_again FROM watched
  UNION ALL
  SELECT CASE $8::text WHEN 'source' THEN source ELSE to_char(on_day, 'YYYY-MM') END, days, came_again
    FROM watched
   WHERE $8::text IN ('source', 'month')
  UNION ALL
  SELECT worker_id::text, days, came_again FROM watched, unnest(workers) AS worker_id WHERE $8::text = 'worker'
  UNION ALL
  SELECT category, days, came_again FROM watched, unnest(categories) AS category WHERE $8::text = 'category'
)
SELECT key, days, count(*) FILTER (WHERE came_again), count(*) FILTER (WHERE NOT came_again)
  FROM placed
 GROUP BY key, days
 ORDER BY key COLLATE "C" NULLS FIRST, days
