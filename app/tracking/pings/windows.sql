-- When these workers may be tracked between two moments, where they were last, the zone of the company, and which of these
-- trackers may send nothing any more.
-- $1 the company, $2 the workers, $3 and $4 the first moment and the last, $5 trackers.
-- The LIMIT is there for the planner: it looks for the shifts of each worker by himself. Otherwise it reads those of all
-- workers of the company, which takes ten times as long.
SELECT 'consent' AS kind, c.worker_id, c.given_at AS since, c.withdrawn_at AS until,
       NULL::float8 AS lat, NULL::float8 AS lon, NULL::float8 AS accuracy_m, NULL AS timezone
  FROM tracking_consent c WHERE c.company_id = $1 AND c.worker_id = ANY ($2::uuid[])
   AND c.given_at <= $4 AND (c.withdrawn_at IS NULL OR c.withdrawn_at > $3)
UNION ALL
SELECT 'shift', w.id, lower(s.period), upper(s.period), NULL, NULL, NULL, NULL
  FROM unnest($2::uuid[]) AS w (id),
       LATERAL (SELECT period FROM shift
                 WHERE company_id = $1 AND worker_id = w.id AND period && tstzrange($3, $4, '[]') LIMIT 1000) AS s
UNION ALL
SELECT 'absence', a.worker_id, lower(a.period), upper(a.period), NULL, NULL, NULL, NULL
  FROM absence a WHERE a.company_id = $1 AND a.worker_id = ANY ($2::uuid[]) AND a.period && tstzrange($3, $4, '[]')
UNION ALL
SELECT 'private', p.worker_id, lower(p.period), upper(p.period), NULL, NULL, NULL, NULL
  FROM private_time p WHERE p.company_id = $1 AND p.worker_id = ANY ($2::uuid[]) AND p.period && tstzrange($3, $4, '[]')
UNION ALL
SELECT 'last', l.worker_id, l.at, NULL, l.lat, l.lon, l.accuracy_m, NULL
  FROM last_position l WHERE l.company_id = $1 AND l.worker_id = ANY ($2::uuid[])
UNION ALL
SELECT 'company', NULL, NULL, NULL, NULL, NULL, NULL, timezone FROM company WHERE id = $1
UNION ALL
SELECT 'revoked', t.id, NULL, NULL, NULL, NULL, NULL, NULL
  FROM tracker t JOIN user_account u ON u.company_id = $1 AND u.id = t.worker_id
 WHERE t.company_id = $1 AND t.id = ANY ($5::uuid[]) AND (t.revoked_at IS NOT NULL OR NOT u.is_active)
