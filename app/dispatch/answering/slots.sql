-- Which of these moments suit somebody who would come alone: on shift, not booked and not absent until the end,
-- with the skills of the job, and sent to where the site is. Its sister is `broken_rules` in dispatch/gate/policies.py,
-- which decides when the moment is taken; this only leaves out what would be refused then.
WITH span AS (
    SELECT tstzrange(min(m), max(m) + make_interval(mins => :duration_min)) AS whole
      FROM unnest(CAST(:moments AS timestamptz[])) AS m
),
subject AS (
    SELECT j.required_skills, s.point
      FROM visit v
      JOIN job j ON j.company_id = v.company_id AND j.id = v.job_id
      JOIN site s ON s.company_id = j.company_id AND s.id = j.site_id
     WHERE v.company_id = :company_id AND v.id = :visit_id
),
able AS MATERIALIZED (
    SELECT w.id,
           (SELECT coalesce(range_agg(s.period), '{}') FROM shift s
             WHERE s.company_id = :company_id AND s.worker_id = w.id AND s.period && span.whole)
         - (SELECT coalesce(range_agg(b.period), '{}') FROM visit_booking b
             WHERE b.company_id = :company_id AND b.worker_id = w.id AND b.period && span.whole
               AND b.visit_id <> :visit_id)
         - (SELECT coalesce(range_agg(a.period), '{}') FROM absence a
             WHERE a.company_id = :company_id AND a.worker_id = w.id AND a.period && span.whole)
           AS free
      FROM worker w
      JOIN user_account u ON u.company_id = w.company_id AND u.id = w.id
      CROSS JOIN span
      CROSS JOIN subject
     WHERE w.company_id = :company_id AND w.is_active AND u.is_active AND w.skills @> subject.required_skills
       AND (
           NOT EXISTS (SELECT FROM worker_territory wt WHERE wt.company_id = :company_id AND wt.worker_id = w.id)
           OR EXISTS (
               SELECT FROM worker_territory wt
                 JOIN territory t ON t.company_id = wt.company_id AND t.id = wt.territory_id
                WHERE wt.company_id = :company_id AND wt.worker_id = w.id AND ST_Covers(t.area, subject.point)
           )
       )
)
SELECT m AS starts_at
  FROM unnest(CAST(:moments AS timestamptz[])) AS m
 WHERE EXISTS (
    SELECT FROM able WHERE able.free @> tstzrange(m, m + make_interval(mins => :duration_min))
 )
 ORDER BY 1
