-- Who bought in one period and who of them in a later one: of all (key NULL) and by group.
-- $1 company, $2 and $3 the period of visits, $4 and $5 that of returns, $6 what clients are divided by.
before AS (
  SELECT bought.client_id, bought.number, bought.workers, bought.categories, bought.sites, who.source
    FROM client_purchase AS bought
    JOIN who ON who.client_id = bought.client_id
   WHERE bought.company_id = $1 AND bought.on_day >= $2 AND bought.on_day < $3
), later AS (
  SELECT client_id, workers FROM client_purchase WHERE company_id = $1 AND on_day >= $4 AND on_day < $5
), led AS (
  SELECT first.client_id, first.worker_id, again.worker_id IS NOT NULL AS is_again
    FROM (SELECT DISTINCT client_id, unnest(workers) AS worker_id FROM before) AS first
    LEFT JOIN (SELECT DISTINCT client_id, unnest(workers) AS worker_id FROM later) AS again
           ON again.client_id = first.client_id AND again.worker_id = first.worker_id
), visited AS (
  SELECT before.client_id, before.source, before.is_new, returned.client_id IS NOT NULL AS came,
         coalesce(same.is_again, false) AS is_again
    FROM (SELECT client_id, source, bool_or(number = 0) AS is_new FROM before GROUP BY client_id, source) AS before
    LEFT JOIN (SELECT DISTINCT client_id FROM later) AS returned ON returned.client_id = before.client_id
    LEFT JOIN (SELECT client_id, bool_or(is_again) AS is_again FROM led GROUP BY client_id) AS same
           ON same.client_id = before.client_id
), area AS (
  SELECT DISTINCT at.client_id, territory.id
    FROM (SELECT client_id, unnest(sites) AS site_id FROM before WHERE $6::text = 'area') AS at
    JOIN site ON site.company_id = $1 AND site.id = at.site_id
    JOIN territory ON territory.company_id = $1 AND ST_Covers(territory.area, site.point)
), placed AS (
  SELECT client_id, NULL AS key, is_again FROM visited
  UNION ALL
  SELECT client_id, source, is_again FROM visited WHERE $6::text = 'source'
  UNION ALL
  SELECT client_id, worker_id::text, is_again FROM led WHERE $6::text = 'worker'
  UNION ALL
  SELECT of_client.client_id, of_client.category, visited.is_again
    FROM (SELECT DISTINCT client_id, unnest(categories) AS category FROM before) AS of_client
    JOIN visited ON visited.client_id = of_client.client_id
   WHERE $6::text = 'category'
  UNION ALL
  SELECT visited.client_id, coalesce(area.id::text, ''), visited.is_again
    FROM visited
    LEFT JOIN area ON area.client_id = visited.client_id
   WHERE $6::text = 'area'
)
SELECT placed.key,
       count(*), count(*) FILTER (WHERE visited.came), count(*) FILTER (WHERE placed.is_again),
       count(*) FILTER (WHERE visited.is_new), count(*) FILTER (WHERE visited.is_new AND visited.came),
       count(*) FILTER (WHERE visited.is_new AND placed.is_again)
  FROM placed
  JOIN visited ON visited.client_id = placed.client_id
 GROUP BY placed.key
 ORDER BY placed.key COLLATE "C" NULLS FIRST
