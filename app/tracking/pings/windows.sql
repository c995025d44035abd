-- When these workers may be tracked between two moments, where they were last, and the zone of the company.
-- $1 the company, $2 the workers, $3 and $4 the first moment and the last.
SELECT 'consent' AS kind, c.worker_id, c.given_at AS since, c.withdrawn_at AS until,
       NULL::float8 AS lat, NULL::float8 AS lon, NULL::float8 AS accuracy_m, NULL AS timezone
  FROM unnest($2::uuid[]) AS w (id)
  JOIN tracking_consent c ON c.company_id = $1 AND c.worker_id = w.id
   AND c.given_at <= $4 AND (c.withdrawn_at IS NULL OR c.withdrawn_at > $3)
UNION ALL
SELECT 'shift', s.worker_id, lower(s.period), upper(s.period), NULL, NULL, NULL, NULL
  FROM unnest($2::uuid[]) AS w (id)
  JOIN shift s ON s.company_id = $1 AND s.worker_id = w.id AND s.period && tstzrange($3, $4, '[]')
UNION ALL
SELECT 'absence', a.worker_id, lower(a.period), upper(a.period), NULL, NULL, NULL, NULL
  FROM unnest($2::uuid[]) AS w (id)
  JOIN absence a ON a.company_id = $1 AND a.worker_id = w.id AND a.period && tstzrange($3, $4, '[]')
UNION ALL
SELECT 'private', p.worker_id, lower(p.period), upper(p.period), NULL, NULL, NULL, NULL
  FROM unnest($2::uuid[]) AS w (id)
  JOIN private_time p ON p.company_id = $1 AND p.worker_id = w.id AND p.period && tstzrange($3, $4, '[]')
UNION ALL
SELECT 'last', l.worker_id, l.at, NULL, l.lat, l.lon, l.accuracy_m, NULL
  FROM unnest($2::uuid[]) AS w (id)
  JOIN last_position l ON l.company_id = $1 AND l.worker_id = w.id
UNION ALL
SELECT 'company', NULL, NULL, NULL, NULL, NULL, NULL, timezone FROM company WHERE id = $1
