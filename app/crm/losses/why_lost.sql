-- Lost clients, and the needs for which they did not come, by what they said and what was found.
why AS (
  SELECT lost.needs, stated.client_id IS NOT NULL AS is_stated, stated.loss_reason AS stated_reason,
         verified.loss_reason AS verified_reason
    FROM lost
    LEFT JOIN stated ON stated.client_id = lost.client_id
    LEFT JOIN verified ON verified.client_id = lost.client_id
)
SELECT is_stated, stated_reason, verified_reason, count(*), sum(needs)::bigint
  FROM why
 GROUP BY is_stated, stated_reason, verified_reason
