-- Needs of a period, of all clients (key NULL) and by group. $5 what they are divided by.
area AS (
  SELECT site.id AS site_id, territory.id
    FROM (SELECT DISTINCT site_id FROM ended WHERE $5::text = 'area') AS at
    JOIN site ON site.company_id = $1 AND site.id = at.site_id
    JOIN territory ON territory.company_id = $1 AND ST_Covers(territory.area, site.point)
), placed AS (
  SELECT NULL AS key, ended.* FROM ended
  UNION ALL
  SELECT CASE $5::text WHEN 'source' THEN source WHEN 'category' THEN category ELSE coalesce(worker_id::text, '') END,
         ended.*
    FROM ended
   WHERE $5::text IN ('source', 'category', 'worker') AND NOT is_ahead
  UNION ALL
  SELECT coalesce(area.id::text, ''), ended.*
    FROM ended
    LEFT JOIN area ON area.site_id = ended.site_id
   WHERE $5::text = 'area' AND NOT is_ahead
)
SELECT key,
       count(*) FILTER (WHERE is_matured AND NOT is_ahead),
       count(*) FILTER (WHERE is_matured AND NOT is_ahead AND returned),
       count(*) FILTER (WHERE is_matured AND NOT is_ahead AND same_worker),
       count(*) FILTER (WHERE is_matured AND NOT is_ahead AND is_met),
       count(*) FILTER (WHERE is_matured AND NOT is_ahead AND is_new),
       count(*) FILTER (WHERE is_matured AND NOT is_ahead AND is_new AND returned),
       count(*) FILTER (WHERE NOT is_matured AND NOT is_ahead),
       count(*) FILTER (WHERE is_ahead)
  FROM placed
 GROUP BY key
 ORDER BY key COLLATE "C" NULLS FIRST
