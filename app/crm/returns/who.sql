-- The surviving cards with what has brought each client: the source of his first request, else what stands on the card.
brought AS (
  SELECT DISTINCT ON (coalesce(card.merged_into, card.id))
         coalesce(card.merged_into, card.id) AS client_id, source.name
    FROM source_touch AS touch
    JOIN client_source AS source ON source.company_id = $1 AND source.id = touch.source_id
    JOIN client AS card ON card.company_id = $1 AND card.id = touch.client_id
   WHERE touch.company_id = $1 AND touch.is_first
   ORDER BY coalesce(card.merged_into, card.id), touch.at, touch.id
), who AS (
  SELECT card.id AS client_id, card.name, card.surname, coalesce(brought.name, card.source) AS source
    FROM client AS card
    LEFT JOIN brought ON brought.client_id = card.id
   WHERE card.company_id = $1 AND card.merged_into IS NULL
)
