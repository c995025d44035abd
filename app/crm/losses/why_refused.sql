-- How many of them refused in a period, by the reason that they gave last and by their source. $2 and $3 the period.
-- Whoever asked and never became a client counts too, once for each phone or request in a period, by the request that
-- was closed last. A phone that a client has is no stranger's.
why AS (
  SELECT stated.loss_reason, who.source
    FROM stated
    JOIN who ON who.client_id = stated.client_id
   WHERE stated.at >= $2 AND stated.at < $3
  UNION ALL
  SELECT loss_reason, ''
    FROM (SELECT DISTINCT ON (coalesce(phone, id::text)) loss_reason
            FROM service_request
           WHERE company_id = $1 AND client_id IS NULL AND status = 'closed' AND loss_reason IS NOT NULL
             AND closed_at >= $2 AND closed_at < $3
             AND NOT EXISTS (SELECT FROM client_contact
                              WHERE client_contact.company_id = $1 AND client_contact.kind = 'phone'
                                AND client_contact.value = service_request.phone)
           ORDER BY coalesce(phone, id::text), closed_at DESC, id DESC) AS nobody
)
SELECT source, loss_reason, count(*) FROM why GROUP BY source, loss_reason ORDER BY source COLLATE "C"
