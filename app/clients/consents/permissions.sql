-- What is known about each client and the phone or e-mail that somebody would write to, with the day of the company.
-- $1 company, $2 clients, $3 values in the same order, $4 now.
WITH asked AS (
  SELECT place, client_id, value
    FROM unnest($2::uuid[], $3::text[]) WITH ORDINALITY AS pairs (client_id, value, place)
), root AS (
  SELECT asked.place, asked.value, coalesce(client.merged_into, client.id) AS id
    FROM asked
    JOIN client ON client.company_id = $1 AND client.id = asked.client_id
), card AS (
  SELECT root.place, root.value, root.id FROM root
   UNION ALL
  SELECT root.place, root.value, client.id
    FROM root
    JOIN client ON client.company_id = $1 AND client.merged_into = root.id
), newest AS (
  SELECT DISTINCT ON (card.place, said.purpose, said.channel)
         card.place, said.purpose, said.channel, said.decision, said.said_at
    FROM card
    JOIN client_consent AS said
      ON said.company_id = $1 AND said.client_id = card.id AND said.value = card.value
    LEFT JOIN client_merge AS merge ON merge.company_id = $1 AND merge.id = said.merge_id
   WHERE merge.undone_at IS NULL
   ORDER BY card.place, said.purpose, said.channel, said.said_at DESC, said.decision DESC
)
SELECT EXISTS (
         SELECT FROM card
           JOIN client_contact AS contact
             ON contact.company_id = $1 AND contact.client_id = card.id AND contact.value = card.value
          WHERE card.place = asked.place
       ) AS holds,
       ARRAY(
         SELECT ROW(newest.purpose, newest.channel, newest.decision, newest.said_at)
           FROM newest WHERE newest.place = asked.place
       ) AS said,
       coalesce(wishes.channels_off, '{}') AS channels_off,
       coalesce(wishes.themes_off, '{}') AS themes_off,
       wishes.per_month,
       wishes.not_before,
       coalesce(card.is_buyer OR card.is_consumer, true) AS is_client,
       coalesce(settings.feedback_needs_consent, false) AS feedback_needs_consent,
       ($4::timestamptz AT TIME ZONE company.timezone)::date AS today
  FROM asked
  JOIN company ON company.id = $1
  LEFT JOIN root ON root.place = asked.place
  LEFT JOIN client AS card ON card.company_id = $1 AND card.id = root.id
  LEFT JOIN client_preference AS wishes ON wishes.company_id = $1 AND wishes.client_id = root.id
  LEFT JOIN client_settings AS settings ON settings.company_id = $1
 ORDER BY asked.place
