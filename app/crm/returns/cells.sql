-- Matured needs by worker, source and category.
counted AS (SELECT * FROM ended WHERE is_matured AND NOT is_ahead AND worker_id IS NOT NULL)
SELECT worker_id, source, category, count(*), count(*) FILTER (WHERE returned), count(*) FILTER (WHERE same_worker),
       count(*) FILTER (WHERE is_new), count(*) FILTER (WHERE is_new AND returned)
  FROM counted
 GROUP BY worker_id, source, category
