-- Some clients, each since his last purchase. $2 clients, $3 the days on which they bought last.
asked AS (
  SELECT one.client_id,
         coalesce(one.last_on::timestamp AT TIME ZONE (SELECT timezone FROM company WHERE id = $1), '-infinity') AS since
    FROM unnest($2::uuid[], $3::date[]) AS one (client_id, last_on)
)
