-- Why clients do not come: the last reason that each stated, or else his last words, and what was found. `asked` says of whom, and since when: what somebody
-- said before his last purchase is no reason.
card_of AS (
  SELECT client_id, since, client_id AS card_id FROM asked
  UNION ALL
  SELECT asked.client_id, asked.since, card.id
    FROM asked
    JOIN client AS card ON card.company_id = $1 AND card.merged_into = asked.client_id
), said AS (
  SELECT card_of.client_id, talk.loss_reason, talk.reason AS words, talk.at
    FROM card_of
    JOIN interaction AS talk ON talk.company_id = $1 AND talk.client_id = card_of.card_id
   WHERE talk.outcome = 'refused' AND talk.at >= card_of.since
  UNION ALL
  SELECT card_of.client_id, task.loss_reason, task.reason, task.closed_at
    FROM card_of
    JOIN client_task AS task ON task.company_id = $1 AND task.client_id = card_of.card_id
   WHERE task.outcome = 'refused' AND task.closed_at >= card_of.since
  UNION ALL
  SELECT card_of.client_id, answer.loss_reason, answer.reason, answer.at
    FROM card_of
    JOIN proposal ON proposal.company_id = $1 AND proposal.client_id = card_of.card_id
    JOIN proposal_answer AS answer ON answer.company_id = $1 AND answer.proposal_id = proposal.id
   WHERE answer.answer = 'refused' AND answer.at >= card_of.since
  UNION ALL
  SELECT card_of.client_id, NULL, invitation.words, invitation.answered_at
    FROM card_of
    JOIN invitation ON invitation.company_id = $1 AND invitation.client_id = card_of.card_id
   WHERE invitation.answer = 'no' AND invitation.answered_at >= card_of.since
  UNION ALL
  SELECT card_of.client_id, asking.loss_reason, asking.reason, asking.made_at
    FROM card_of
    JOIN next_visit_proposal AS asking ON asking.company_id = $1 AND asking.client_id = card_of.card_id
   WHERE asking.reply = 'refused' AND asking.made_at >= card_of.since
  UNION ALL
  SELECT card_of.client_id, request.loss_reason, request.reason, request.closed_at
    FROM card_of
    JOIN service_request AS request ON request.company_id = $1 AND request.client_id = card_of.card_id
   WHERE request.loss_reason IS NOT NULL AND request.closed_at >= card_of.since
  UNION ALL
  SELECT card_of.client_id, won_back.stated_reason, won_back.stated_words, won_back.contacted_at
    FROM card_of
    JOIN recovery_case AS won_back ON won_back.company_id = $1 AND won_back.client_id = card_of.card_id
   WHERE won_back.stated_reason IS NOT NULL AND won_back.contacted_at >= card_of.since
), stated AS (
  SELECT DISTINCT ON (client_id) client_id, loss_reason, words, at
    FROM said
   WHERE words <> '' OR loss_reason IS NOT NULL
   ORDER BY client_id, loss_reason IS NULL, at DESC, words
), verified AS (
  SELECT DISTINCT ON (card_of.client_id)
         card_of.client_id, won_back.verified_reason AS loss_reason, won_back.verified_words AS words,
         won_back.verified_at AS at
    FROM card_of
    JOIN recovery_case AS won_back ON won_back.company_id = $1 AND won_back.client_id = card_of.card_id
   WHERE won_back.verified_reason IS NOT NULL AND won_back.verified_at >= card_of.since
   ORDER BY card_of.client_id, won_back.verified_at DESC, won_back.id
)
