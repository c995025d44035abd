-- Needs that were due in a period, and how each ended.
-- $1 company, $2 and $3 the period, $4 today.
need AS (
  SELECT due.client_id, due.number, who.source, due.site_id, due.category, due.worker_id, due.anchor_on, due.due_on,
         due.early_on, due.late_on, due.late_on < $4 AS is_matured, coalesce(due.renewed_on < due.early_on, false) AS is_ahead
    FROM expected_need AS due
    JOIN who ON who.client_id = due.client_id
   WHERE due.company_id = $1 AND due.due_on >= $2 AND due.due_on < $3
), in_time AS (
  -- The purchase from which a need counts does not meet it.
  SELECT need.client_id, need.number, bool_or(need.worker_id = ANY(bought.workers)) AS same_worker,
         bool_or(need.category = ANY(bought.categories) AND need.site_id = ANY(bought.sites)) AS is_met
    FROM need
    JOIN client_purchase AS bought
      ON bought.company_id = $1 AND bought.client_id = need.client_id
     AND bought.on_day BETWEEN need.early_on AND need.late_on AND bought.first_on > need.anchor_on
   GROUP BY need.client_id, need.number
), ended AS (
  SELECT need.*, in_time.number IS NOT NULL AS returned, coalesce(in_time.same_worker, false) AS same_worker,
         coalesce(in_time.is_met, false) AS is_met, coalesce(need.anchor_on <= opening.on_day, false) AS is_new
    FROM need
    LEFT JOIN in_time ON in_time.client_id = need.client_id AND in_time.number = need.number
    LEFT JOIN client_purchase AS opening
           ON opening.company_id = $1 AND opening.client_id = need.client_id AND opening.number = 0
)
