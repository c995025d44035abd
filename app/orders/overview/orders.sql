-- A page of client orders, newest first, with whose they are, what is still owed, and when the plant is ready.
--
-- $1 company, $2 status or null, $3 part of the client's name or the order's number, or null, $4 id of the last order of
-- the page before, or null, $5 rows.
WITH shown AS MATERIALIZED (
    SELECT client_order.id, client_order.number, client_order.status, client_order.created_at, client_order.client_id,
           ltrim(client.surname || ' ' || client.name) AS client_name, site.address
      FROM client_order
      JOIN client AS card ON card.company_id = $1 AND card.id = client_order.client_id
      JOIN client ON client.company_id = $1 AND client.id = coalesce(card.merged_into, card.id)
      JOIN site ON site.company_id = $1 AND site.id = client_order.site_id
     WHERE client_order.company_id = $1
       AND (CAST($2 AS text) IS NULL OR client_order.status = $2)
       AND (CAST($3 AS text) IS NULL OR client_order.number::text = $3
            OR position(lower($3) IN lower(client.full_name)) > 0)
       AND (CAST($4 AS uuid) IS NULL OR client_order.id < $4)
     ORDER BY client_order.id DESC
     LIMIT $5
)
SELECT shown.*,
       coalesce((SELECT sum(ledger_entry.amount_kop) FROM ledger_entry
                  WHERE ledger_entry.company_id = $1 AND ledger_entry.order_id = shown.id), 0)::bigint AS balance_kop,
       (SELECT min(production_order.planned_ready_on) FROM production_order
         WHERE production_order.company_id = $1 AND production_order.order_id = shown.id
           AND production_order.status IN ('placed','confirmed','in_production')) AS ready_on
  FROM shown
 ORDER BY shown.id DESC
