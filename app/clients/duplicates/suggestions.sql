-- Pairs of cards that may be of one client, with the reason. $1 company, $2 cards to look at, $3 how alike names must be.
WITH looked AS (
  SELECT id, full_name, inn FROM client
   WHERE company_id = $1 AND id = ANY($2::uuid[]) AND merged_into IS NULL AND archived_at IS NULL
), found AS (
  SELECT looked.id, other.client_id AS other_id, 'same_' || own.kind AS reason
    FROM looked
    JOIN client_contact AS own ON own.company_id = $1 AND own.client_id = looked.id
    JOIN client_contact AS other
      ON other.company_id = $1 AND other.value = own.value AND other.kind = own.kind
     AND other.client_id <> looked.id
   UNION
  SELECT looked.id, other.id, 'same_inn'
    FROM looked
    JOIN client AS other ON other.company_id = $1 AND other.inn = looked.inn AND other.inn <> ''
     AND other.id <> looked.id
   UNION
  SELECT looked.id, other.id, 'same_name_and_place'
    FROM looked
    JOIN site AS own ON own.company_id = $1 AND own.client_id = looked.id
    JOIN site AS near ON near.company_id = $1 AND near.client_id <> looked.id
     AND ST_DWithin(near.point, own.point, 50) AND near.apartment = own.apartment
    JOIN client AS other ON other.company_id = $1 AND other.id = near.client_id
     AND similarity(other.full_name, looked.full_name) >= $3
   UNION
  SELECT looked.id, other.id, 'same_name_and_address'
    FROM looked
    JOIN client AS other ON other.company_id = $1 AND other.id <> looked.id
     AND other.full_name % looked.full_name AND similarity(other.full_name, looked.full_name) >= $3
   WHERE EXISTS (
           SELECT FROM site AS own
             JOIN site AS near ON near.company_id = $1 AND near.client_id = other.id
              AND similarity(lower(near.address), lower(own.address)) >= 0.6
              AND near.apartment = own.apartment
            WHERE own.company_id = $1 AND own.client_id = looked.id
         )
)
SELECT found.id, found.other_id, array_agg(found.reason ORDER BY found.reason) AS reasons
  FROM found
  JOIN client AS other ON other.company_id = $1 AND other.id = found.other_id
   AND other.merged_into IS NULL AND other.archived_at IS NULL
 WHERE NOT EXISTS (
         SELECT FROM not_duplicate
           JOIN client AS first ON first.company_id = $1 AND first.id = not_duplicate.first_id
           JOIN client AS second ON second.company_id = $1 AND second.id = not_duplicate.second_id
          WHERE not_duplicate.company_id = $1
            AND ARRAY[coalesce(first.merged_into, first.id), coalesce(second.merged_into, second.id)]
             IN (ARRAY[found.id, found.other_id], ARRAY[found.other_id, found.id])
       )
 GROUP BY found.id, found.other_id
 ORDER BY found.id, found.other_id
