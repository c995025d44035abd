-- How many of them refused in a period, by the reason that they gave last and by their source. $2 and $3 the period.
why AS (
  SELECT stated.loss_reason, who.source
    FROM stated
    JOIN who ON who.client_id = stated.client_id
   WHERE stated.at >= $2 AND stated.at < $3
)
SELECT source, loss_reason, count(*) FROM why GROUP BY source, loss_reason ORDER BY source COLLATE "C"
