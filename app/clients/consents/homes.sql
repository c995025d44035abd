-- Who lives with each of these clients, and in which zone his object is. Cards that are merged into one are one client.
-- $1 company, $2 clients.
WITH card AS (
  SELECT asked.id AS asked, card.id
    FROM unnest($2::uuid[]) AS asked (id)
    JOIN client AS named ON named.company_id = $1 AND named.id = asked.id
    JOIN client AS card
      ON card.company_id = $1
     AND (card.id = coalesce(named.merged_into, named.id) OR card.merged_into = coalesce(named.merged_into, named.id))
), home AS (
  SELECT card.asked, site.id, site.point, site.address, site.apartment, site.timezone
    FROM card
    JOIN site ON site.company_id = $1 AND site.client_id = card.id AND site.archived_at IS NULL
), household AS (
  SELECT card.asked, card.id AS client_id FROM card
   UNION
  SELECT home.asked, other.client_id
    FROM home
    JOIN site AS other
      ON other.company_id = $1 AND ST_DWithin(other.point, home.point, 1)
     AND other.address = home.address AND other.apartment = home.apartment AND other.archived_at IS NULL
)
SELECT household.asked, array_agg(household.client_id) AS people,
       (SELECT home.timezone FROM home
         WHERE home.asked = household.asked AND home.timezone IS NOT NULL
         ORDER BY home.id DESC LIMIT 1) AS timezone
  FROM household
 GROUP BY household.asked
