-- Completed visits, each with order, job, offer, booking and event: an hour each, backwards from one moment.
--
-- $1 company, $2 workers, $3 number of the first visit, $4 how many, $5 jobs there are, $6 client, $7 site, $8 job type,
-- $9 the last one's end.
WITH made AS (
    SELECT gen_random_uuid() AS id, gen_random_uuid() AS job_id, gen_random_uuid() AS order_id, n,
           ($2::uuid[])[1 + n % cardinality($2::uuid[])] AS worker_id,
           $9::timestamptz - interval '1 hour' * (n / cardinality($2::uuid[])) AS ends_at
      FROM generate_series($3::int, $3::int + $4::int - 1) AS n
), orders AS (
    INSERT INTO client_order (company_id, id, number, client_id, site_id)
    SELECT $1, order_id, $5::int + 1 + n - $3::int, $6, $7 FROM made
), jobs AS (
    INSERT INTO job (company_id, id, number, kind, job_type_id, order_id, client_id, site_id, status, required_skills)
    SELECT $1, job_id, $5::int + 1 + n - $3::int, 'measurement', $8, order_id, $6, $7, 'completed', '{measure}'
      FROM made
), visits AS (
    INSERT INTO visit (company_id, id, job_id, number, status, starts_at, ends_at, window_starts_at, window_ends_at,
                       worker_id, accepted_at, finished_at)
    SELECT $1, id, job_id, 1, 'completed', ends_at - interval '1 hour', ends_at, ends_at - interval '1 hour', ends_at,
           worker_id, ends_at, ends_at
      FROM made
), offers AS (
    INSERT INTO offer (company_id, id, visit_id, worker_id, status, offered_at, expires_at, answered_at)
    SELECT $1, gen_random_uuid(), id, worker_id, 'accepted', ends_at - interval '1 day', ends_at, ends_at FROM made
), events AS (
    INSERT INTO outbox_event (company_id, id, kind, payload, happened_at, relayed_at)
    SELECT $1, gen_random_uuid(), 'dispatch.visit_planned', jsonb_build_object('visit_id', id, 'job_id', job_id),
           ends_at, ends_at
      FROM made
), telling AS (
    INSERT INTO visit_telling (company_id, visit_id) SELECT $1, id FROM made
)
INSERT INTO visit_booking (company_id, visit_id, job_id, worker_id, period)
SELECT $1, id, job_id, worker_id, tstzrange(ends_at - interval '1 hour', ends_at) FROM made
