-- Leads who refused in a period, whatever they said before. $1 company, $2 and $3 the period.
refusal AS (
  SELECT client_id FROM interaction WHERE company_id = $1 AND outcome = 'refused' AND at >= $2 AND at < $3
  UNION
  SELECT client_id FROM client_task
   WHERE company_id = $1 AND outcome = 'refused' AND closed_at >= $2 AND closed_at < $3
  UNION
  SELECT proposal.client_id
    FROM proposal_answer AS answer
    JOIN proposal ON proposal.company_id = $1 AND proposal.id = answer.proposal_id
   WHERE answer.company_id = $1 AND answer.answer = 'refused' AND answer.at >= $2 AND answer.at < $3
), asked AS (
  SELECT DISTINCT coalesce(card.merged_into, card.id) AS client_id, '-infinity'::timestamptz AS since
    FROM refusal
    JOIN client AS card ON card.company_id = $1 AND card.id = refusal.client_id
   WHERE NOT EXISTS (SELECT FROM client_purchase AS bought
                      WHERE bought.company_id = $1 AND bought.client_id = coalesce(card.merged_into, card.id))
)
