-- The reasons of each of these clients who has any.
known AS (SELECT client_id FROM stated UNION SELECT client_id FROM verified)
SELECT known.client_id, stated.loss_reason, stated.words, stated.at, verified.loss_reason, verified.words, verified.at
  FROM known
  LEFT JOIN stated ON stated.client_id = known.client_id
  LEFT JOIN verified ON verified.client_id = known.client_id
