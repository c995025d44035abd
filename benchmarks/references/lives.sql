-- Statuses of the benchmark's clients by one bare statement: purchases, due days and the second night after them.
-- It knows only what these clients do: sign acts, pay, and nothing that suspends or ends dormancy.
WITH paid AS (
    SELECT company_id, client_id, order_id,
           sum(CASE kind WHEN 'payment_taken' THEN amount_kop ELSE -amount_kop END) AS kop
      FROM life_fact
     WHERE company_id = $1 AND kind IN ('payment_taken', 'refund_paid')
     GROUP BY company_id, client_id, order_id
), acts AS (
    SELECT fact.client_id, fact.site_id, fact.order_id, (fact.at AT TIME ZONE $3)::date AS on_day, fact.at
      FROM life_fact AS fact
      JOIN paid ON paid.company_id = fact.company_id AND paid.client_id = fact.client_id
               AND paid.order_id = fact.order_id AND paid.kop > 0
     WHERE fact.company_id = $1 AND fact.kind = 'act_signed'
       AND fact.categories && ARRAY['window_install', 'maintenance', 'seal', 'net', 'door_adjust']
), islands AS (
    SELECT client_id, site_id, on_day, at,
           sum(CASE WHEN on_day - before <= 14 THEN 0 ELSE 1 END)
               OVER (PARTITION BY client_id, site_id ORDER BY at) AS island
      FROM (SELECT *, lag(on_day) OVER (PARTITION BY client_id, site_id ORDER BY at) AS before FROM acts) AS acts
), purchases AS (
    SELECT client_id, max(on_day) AS on_day
      FROM islands GROUP BY client_id, site_id, island
), spaced AS (
    SELECT client_id, on_day,
           on_day - lag(on_day) OVER (PARTITION BY client_id ORDER BY on_day) AS days
      FROM purchases
), lives AS (
    SELECT client_id, count(*) AS bought, max(on_day) AS last_on,
           percentile_cont(0.5) WITHIN GROUP (ORDER BY days) AS rhythm
      FROM spaced GROUP BY client_id
), due AS (
    SELECT client_id, bought,
           last_on + CASE WHEN bought > 3 THEN floor(least(greatest(rhythm, 182.5), 730))::int ELSE 365 END AS due_on
      FROM lives
)
SELECT client.id, CASE WHEN due.client_id IS NULL THEN 'lead'
                       WHEN $2 >= (due.due_on + 2 + time '03:00') AT TIME ZONE $3 THEN 'dormant'
                       WHEN due.bought > 1 THEN 'fan' ELSE 'newcomer' END AS status
  FROM client LEFT JOIN due ON due.client_id = client.id
 WHERE client.company_id = $1
