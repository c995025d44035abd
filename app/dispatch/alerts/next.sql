-- When the next alert comes if nothing happens until then. $1 company, $2 now.
SELECT least(
    (SELECT min(visit.window_ends_at) FROM visit
      WHERE visit.company_id = $1 AND visit.starts_at > CAST($2 AS timestamptz) - interval '2 days'
        AND visit.starts_at < CAST($2 AS timestamptz) + interval '1 day'
        AND visit.status IN ('planned','offered','accepted','en_route') AND visit.window_ends_at > $2),
    (SELECT min(service_request.respond_by) FROM service_request
      WHERE service_request.company_id = $1 AND service_request.status = 'new' AND service_request.respond_by > $2)
) AS next_at
