-- How long each active crew, and each worker who is in none, could work without a break in [since, until): all members
-- are on shift, not booked and not absent. With what they can do together, and the territories of whoever answers for
-- them; none means that they go everywhere.
WITH span AS (
    SELECT tstzrange(CAST(:since AS timestamptz), CAST(:until AS timestamptz)) AS whole
),
active AS (
    SELECT w.id, w.skills
      FROM worker w
      JOIN user_account u ON u.company_id = w.company_id AND u.id = w.id
     WHERE w.company_id = :company_id AND w.is_active AND u.is_active AND w.archived_at IS NULL
),
of_crew AS (
    SELECT c.id AS unit_id, c.foreman_id AS leader_id, m.worker_id, m.period * span.whole AS period
      FROM crew c
      CROSS JOIN span
      JOIN crew_member m ON m.company_id = c.company_id AND m.crew_id = c.id AND m.period && span.whole
     WHERE c.company_id = :company_id AND c.is_active
),
member AS (
    SELECT * FROM of_crew
    UNION ALL
    SELECT active.id, active.id, active.id, span.whole
      FROM active
      CROSS JOIN span
     WHERE NOT EXISTS (SELECT FROM of_crew WHERE of_crew.worker_id = active.id)
),
free AS MATERIALIZED (
    SELECT one.worker_id,
           (SELECT coalesce(range_agg(s.period), '{}') FROM shift s
             WHERE s.company_id = :company_id AND s.worker_id = one.worker_id AND s.period && span.whole)
         - (SELECT coalesce(range_agg(b.period), '{}') FROM visit_booking b
             WHERE b.company_id = :company_id AND b.worker_id = one.worker_id AND b.period && span.whole)
         - (SELECT coalesce(range_agg(a.period), '{}') FROM absence a
             WHERE a.company_id = :company_id AND a.worker_id = one.worker_id AND a.period && span.whole)
           AS periods
      FROM (SELECT DISTINCT worker_id FROM member) AS one
      CROSS JOIN span
),
unit AS (
    SELECT member.unit_id, member.leader_id,
           range_agg(member.period)
         - (SELECT coalesce(range_agg(gap), '{}')
              FROM member AS other
              JOIN free USING (worker_id)
              CROSS JOIN LATERAL unnest(tstzmultirange(other.period) - free.periods) AS gap
             WHERE other.unit_id = member.unit_id) AS periods
      FROM member
     GROUP BY member.unit_id, member.leader_id
)
SELECT unit.unit_id,
       ARRAY(SELECT (extract(epoch FROM upper(part) - lower(part)) / 60)::int FROM unnest(unit.periods) AS part)
           AS free_min,
       ARRAY(SELECT DISTINCT skill
               FROM member
               JOIN active ON active.id = member.worker_id
               CROSS JOIN LATERAL unnest(active.skills) AS skill
              WHERE member.unit_id = unit.unit_id) AS skills,
       ARRAY(SELECT wt.territory_id FROM worker_territory wt
              WHERE wt.company_id = :company_id AND wt.worker_id = unit.leader_id) AS territories
  FROM unit
 ORDER BY unit.unit_id
