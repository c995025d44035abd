-- How things stand with some clients now, each since he came into a plan.
-- $1 company, $2 clients, $3 when each came in, $4 the moment that brought him in, $5 the proposal, $6 now.
WITH asked AS (
  SELECT place, client_id, started_at, event_at, proposal_id
    FROM unnest($2::uuid[], $3::timestamptz[], $4::timestamptz[], $5::uuid[])
         WITH ORDINALITY AS given (client_id, started_at, event_at, proposal_id, place)
), root AS (
  SELECT asked.*, coalesce(card.merged_into, card.id) AS root
    FROM asked JOIN client AS card ON card.company_id = $1 AND card.id = asked.client_id
), his AS (
  SELECT root.*,
         ARRAY(SELECT card.id FROM client AS card
                WHERE card.company_id = $1 AND (card.id = root.root OR card.merged_into = root.root)) AS cards
    FROM root
)
SELECT his.root, client.kind, client.source,
       coalesce(client.born_on, ('2000-' || client.birthday)::date), client.archived_at IS NOT NULL,
       life.status, life.tier, life.due_on, coalesce(life.purchases, 0), life.last_purchase_at,
       EXISTS (SELECT FROM job JOIN visit ON visit.company_id = $1 AND visit.job_id = job.id
                WHERE job.company_id = $1 AND job.client_id = ANY(his.cards) AND visit.ends_at > $6
                  AND visit.status IN ('planned', 'offered', 'accepted', 'en_route', 'on_site', 'in_progress', 'paused'))
         OR EXISTS (SELECT FROM client_order
                     WHERE client_order.company_id = $1 AND client_order.client_id = ANY(his.cards)
                       AND client_order.status IN ('prepaid', 'in_production', 'ready', 'installation_planned')),
       EXISTS (SELECT FROM job
                 JOIN visit ON visit.company_id = $1 AND visit.job_id = job.id
                 JOIN visit_event AS line ON line.company_id = $1 AND line.visit_id = visit.id
                WHERE job.company_id = $1 AND job.client_id = ANY(his.cards) AND visit.status <> 'canceled'
                  AND line.kind = 'planned' AND line.occurred_at > his.started_at),
       EXISTS (SELECT FROM interaction
                WHERE interaction.company_id = $1 AND interaction.client_id = ANY(his.cards)
                  AND interaction.direction = 'in' AND interaction.at > his.started_at)
         OR EXISTS (SELECT FROM client_contact AS contact
                      JOIN inbound_message AS said ON said.company_id = $1 AND said.value = contact.value
                     WHERE contact.company_id = $1 AND contact.client_id = ANY(his.cards)
                       AND said.received_at > his.started_at),
       (SELECT answer.answer FROM proposal_answer AS answer
         WHERE answer.company_id = $1 AND answer.proposal_id = his.proposal_id
         ORDER BY answer.at DESC, answer.id DESC LIMIT 1),
       (SELECT said.answer FROM quality_answer AS said
         WHERE said.company_id = $1 AND said.client_id = ANY(his.cards) AND said.answered_at >= his.event_at
         ORDER BY said.id DESC LIMIT 1),
       EXISTS (SELECT FROM disappointment
                WHERE disappointment.company_id = $1 AND disappointment.client_id = ANY(his.cards)
                  AND disappointment.recovered_at IS NULL),
       ARRAY(SELECT DISTINCT word FROM life_fact AS fact, unnest(fact.categories) AS word
              WHERE fact.company_id = $1 AND fact.client_id = ANY(his.cards) AND fact.kind = 'interest_noted'),
       ARRAY(SELECT DISTINCT word FROM life_fact AS fact, unnest(fact.categories) AS word
              WHERE fact.company_id = $1 AND fact.client_id = ANY(his.cards) AND fact.kind = 'act_signed'),
       ARRAY(SELECT ROW(need.category, need.site_id, need.due_on) FROM need_track AS need
              WHERE need.company_id = $1 AND need.client_id = ANY(his.cards)
              ORDER BY need.due_on, need.category, need.site_id),
       (SELECT max(interaction.at) FROM interaction
         WHERE interaction.company_id = $1 AND interaction.client_id = ANY(his.cards)),
       EXISTS (SELECT FROM client_contact AS contact
                WHERE contact.company_id = $1 AND contact.client_id = ANY(his.cards)),
       coalesce((SELECT said.decision FROM client_consent AS said
                  WHERE said.company_id = $1 AND said.client_id = ANY(his.cards) AND said.purpose = 'personal_data'
                    AND said.how IN ('form', 'spoken', 'sms', 'paper', 'link')
                  ORDER BY said.said_at DESC, said.id DESC LIMIT 1) = 'withdrawn', false),
       EXISTS (SELECT FROM recovery_case
                WHERE recovery_case.company_id = $1 AND recovery_case.client_id = ANY(his.cards)
                  AND recovery_case.status = 'open'),
       (SELECT min(made.planned_ready_on)
          FROM client_order
          JOIN production_order AS made ON made.company_id = $1 AND made.order_id = client_order.id
         WHERE client_order.company_id = $1 AND client_order.client_id = ANY(his.cards)
           AND client_order.status <> 'canceled' AND made.status <> 'canceled'
           AND made.planned_ready_on >= (his.event_at AT TIME ZONE company.timezone)::date)
  FROM his
  JOIN company ON company.id = $1
  JOIN client ON client.company_id = $1 AND client.id = his.root
  LEFT JOIN client_life AS life ON life.company_id = $1 AND life.client_id = his.root
 ORDER BY his.place
