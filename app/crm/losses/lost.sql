-- Who did not come for a need of the period, each since his last purchase.
lost AS (
  SELECT client_id, count(*) AS needs FROM ended WHERE is_matured AND NOT is_ahead AND NOT returned GROUP BY client_id
), asked AS (
  SELECT lost.client_id,
         coalesce(max(bought.on_day)::timestamp AT TIME ZONE (SELECT timezone FROM company WHERE id = $1), '-infinity')
           AS since
    FROM lost
    LEFT JOIN client_purchase AS bought ON bought.company_id = $1 AND bought.client_id = lost.client_id
   GROUP BY lost.client_id
)
