-- What the clients of each source are worth, of those who bought for the first time in a period.
-- $1 company, $2 and $3 the period, $4 today.
first AS (
  SELECT bought.client_id, who.source, bought.first_on, bought.on_day, bought.visits
    FROM client_purchase AS bought
    JOIN who ON who.client_id = bought.client_id
   WHERE bought.company_id = $1 AND bought.number = 0 AND bought.on_day >= $2 AND bought.on_day < $3
), matured AS (
  -- The time of a need that the first purchase opened is over. Whether he came does not matter: otherwise those who
  -- come again would be counted sooner than those who do not.
  SELECT DISTINCT first.client_id
    FROM first
    JOIN expected_need AS need
      ON need.company_id = $1 AND need.client_id = first.client_id AND need.late_on < $4
     AND need.anchor_on BETWEEN first.first_on AND first.on_day
), given AS (
  SELECT at.client_id, sum(line.discount_kop) AS given_kop, sum(act.total_kop) AS paid_kop
    FROM (SELECT client_id, unnest(visits) AS visit_id FROM first) AS at
    JOIN act ON act.company_id = $1 AND act.visit_id = at.visit_id AND act.status = 'signed'
   CROSS JOIN LATERAL (SELECT coalesce(sum((one ->> 'discount_kop')::bigint), 0) AS discount_kop
                         FROM jsonb_array_elements(act.content -> 'lines') AS one) AS line
   GROUP BY at.client_id
)
SELECT first.source, count(*), count(matured.client_id),
       count(matured.client_id) FILTER (WHERE again.number IS NULL),
       coalesce(sum(given.given_kop), 0)::bigint, coalesce(sum(given.given_kop + given.paid_kop), 0)::bigint
  FROM first
  LEFT JOIN matured ON matured.client_id = first.client_id
  LEFT JOIN client_purchase AS again
         ON again.company_id = $1 AND again.client_id = first.client_id AND again.number = 1
  LEFT JOIN given ON given.client_id = first.client_id
 GROUP BY first.source
 ORDER BY first.source COLLATE "C"
