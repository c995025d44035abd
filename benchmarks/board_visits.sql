-- Visits of a board's day, one for each job, in hours at which their workers have no other.
--
-- $1 company, $2 jobs, $3 workers, $4 morning, $5 number of the first visit, $6 status, $7 job type.
WITH made AS (
    SELECT gen_random_uuid() AS id, one.job_id,
           ($3::uuid[])[1 + (one.place * 10 + $5::int) % cardinality($3::uuid[])] AS worker_id,
           $4::timestamptz + interval '2 hours' * ((one.place * 10 + $5::int) / cardinality($3::uuid[])) AS starts_at
      FROM (SELECT job_id, ordinality - 1 AS place FROM unnest($2::uuid[]) WITH ORDINALITY AS j (job_id, ordinality))
           AS one
), visits AS (
    INSERT INTO visit (company_id, id, job_id, number, status, starts_at, ends_at, window_starts_at, window_ends_at,
                       worker_id, accept_by, accepted_at, ladder, escalate_at)
    SELECT $1, made.id, job_id, 1, $6, starts_at, starts_at + interval '1 hour', starts_at, starts_at + interval '1 hour',
           CASE WHEN $6 <> 'planned' THEN worker_id END,
           CASE WHEN $6 = 'offered' THEN starts_at - interval '1 hour' END,
           CASE WHEN $6 = 'accepted' THEN now() END,
           CASE WHEN $6 = 'offered' THEN (SELECT jsonb_agg(jsonb_build_object(
                'due_at', starts_at - interval '1 hour', 'action', step -> 'action', 'at', step -> 'at'))
                FROM jsonb_array_elements(job_type.ladder) AS step) ELSE '[]' END,
           CASE WHEN $6 = 'offered' THEN starts_at - interval '1 hour' END
      FROM made, job_type WHERE job_type.company_id = $1 AND job_type.id = $7
), offers AS (
    INSERT INTO offer (company_id, id, visit_id, worker_id, status, offered_at, expires_at, answered_at)
    SELECT $1, gen_random_uuid(), id, worker_id, CASE $6 WHEN 'offered' THEN 'pending' ELSE 'accepted' END, now(),
           starts_at - interval '1 hour', CASE WHEN $6 = 'accepted' THEN now() END
      FROM made WHERE $6 <> 'planned'
), telling AS (
    INSERT INTO visit_telling (company_id, visit_id) SELECT $1, id FROM made
), planned AS (
    UPDATE job SET status = 'planned' WHERE company_id = $1 AND id = ANY($2)
)
INSERT INTO visit_booking (company_id, visit_id, job_id, worker_id, period)
SELECT $1, id, job_id, worker_id, tstzrange(starts_at, starts_at + interval '1 hour')
  FROM made WHERE $6 <> 'planned'
