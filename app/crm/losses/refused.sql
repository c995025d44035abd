-- Leads: whoever has bought nothing, whatever he said and whenever.
asked AS (
  SELECT card.id AS client_id, '-infinity'::timestamptz AS since
    FROM client AS card
   WHERE card.company_id = $1 AND card.merged_into IS NULL
     AND NOT EXISTS (SELECT FROM client_purchase AS bought
                      WHERE bought.company_id = $1 AND bought.client_id = card.id)
)
