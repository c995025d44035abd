-- One number for everything that a worker's phone shows: equal numbers mean that nothing has changed.
--
-- $1 company, $2 worker, $3 and $4 the days [since, until), $5 how far back visits are looked for that are not over,
-- $6 statuses of such visits, $7 now, $8 whoever ended a visit after this may still call the client,
-- $9 conflicts that were decided after this are shown, $10 corrections of time that were made after this, $11 stop
-- signals that were settled after this, $12 older signals do not count as repeated.
--
-- Each row that is shown, or that decides what is shown, gives one mark: its id with `xmin`, which every change of the
-- row makes new. Rows that change often for other reasons give what is shown of them. What follows from the time of day
-- is in the marks of visits. tests/field/test_sync_marks.py finds a table that is read and not named here.
WITH booked AS (
    SELECT visit_booking.visit_id FROM visit_booking
     WHERE visit_booking.company_id = $1 AND visit_booking.worker_id = $2
       AND visit_booking.period && tstzrange($5, $4)
    UNION ALL
    SELECT visit_booking.visit_id FROM visit_booking
     WHERE visit_booking.company_id = $1 AND visit_booking.worker_id = $2
       AND visit_booking.period = 'empty'::tstzrange
), own AS (
    SELECT visit.id, visit.job_id, visit.crew_id, visit.xmin AS changed, COALESCE(visit.accept_by > $7, false) AS may_answer,
           COALESCE(visit.finished_at > $8, false) AS may_call
      FROM visit
     WHERE visit.company_id = $1 AND visit.id IN (SELECT booked.visit_id FROM booked)
       AND visit.starts_at < $4 AND (visit.starts_at >= $3 OR visit.status = ANY($6))
     ORDER BY visit.starts_at, visit.id
     LIMIT 200
), here AS MATERIALIZED (
    SELECT own.*, job.order_id, job.client_id, job.site_id, job.xmin AS job_changed
      FROM own JOIN job ON job.company_id = $1 AND job.id = own.job_id
), marks (mark) AS (
    SELECT concat_ws(' ', 'visit', here.id, here.changed, here.may_answer, here.may_call, here.job_changed) FROM here
    UNION ALL
    SELECT concat_ws(' ', 'job_type', job_type.id, job_type.xmin) FROM job_type WHERE job_type.company_id = $1
    UNION ALL
    SELECT concat_ws(' ', 'client', client.id, client.xmin) FROM client
     WHERE client.company_id = $1 AND client.id IN (SELECT here.client_id FROM here)
    UNION ALL
    SELECT concat_ws(' ', 'contact', client_contact.id, client_contact.xmin) FROM client_contact
     WHERE client_contact.company_id = $1 AND client_contact.client_id IN (SELECT here.client_id FROM here)
    UNION ALL
    SELECT concat_ws(' ', 'site', site.id, site.xmin) FROM site
     WHERE site.company_id = $1 AND site.id IN (SELECT here.site_id FROM here)
    UNION ALL
    SELECT concat_ws(' ', 'form', form.id, form.xmin) FROM form WHERE form.company_id = $1
    UNION ALL
    SELECT concat_ws(' ', 'form_version', form_version.id, form_version.xmin) FROM form_version
     WHERE form_version.company_id = $1
    UNION ALL
    SELECT concat_ws(' ', 'visit_form', visit_form.id, visit_form.xmin) FROM visit_form
     WHERE visit_form.company_id = $1 AND visit_form.visit_id IN (SELECT here.id FROM here)
    UNION ALL
    SELECT concat_ws(' ', 'attachment', attachment.id, attachment.xmin) FROM attachment
     WHERE attachment.company_id = $1 AND attachment.visit_id IN (SELECT here.id FROM here)
    UNION ALL
    SELECT concat_ws(' ', 'tag_scan', tag_scan.id, tag_scan.xmin) FROM tag_scan
     WHERE tag_scan.company_id = $1 AND tag_scan.visit_id IN (SELECT here.id FROM here)
    UNION ALL
    SELECT concat_ws(' ', 'act', act.id, act.xmin) FROM act
     WHERE act.company_id = $1 AND act.order_id IN (SELECT here.order_id FROM here)
    UNION ALL
    -- the lines of what is agreed never change
    SELECT concat_ws(' ', 'estimate', estimate.id, estimate.xmin) FROM estimate
     WHERE estimate.company_id = $1 AND estimate.order_id IN (SELECT here.order_id FROM here)
    UNION ALL
    SELECT concat_ws(' ', 'payment', payment.id, payment.xmin) FROM payment
     WHERE payment.company_id = $1 AND payment.visit_id IN (SELECT here.id FROM here)
    UNION ALL
    SELECT concat_ws(' ', 'arrival', arrival_proposal.visit_id, arrival_proposal.xmin) FROM arrival_proposal
     WHERE arrival_proposal.company_id = $1 AND arrival_proposal.visit_id IN (SELECT here.id FROM here)
    UNION ALL
    SELECT concat_ws(' ', 'presence', visit_presence.id) FROM visit_presence
     WHERE visit_presence.company_id = $1 AND visit_presence.visit_id IN (SELECT here.id FROM here)
    UNION ALL
    SELECT concat_ws(' ', 'crew', crew_member.id, crew_member.xmin) FROM crew_member
     WHERE crew_member.company_id = $1 AND crew_member.crew_id IN (SELECT here.crew_id FROM here)
    UNION ALL
    SELECT concat_ws(' ', 'absence', absence.id, absence.xmin) FROM absence
     WHERE absence.company_id = $1 AND absence.period && tstzrange($5, $4) AND absence.worker_id IN (
           SELECT crew_member.worker_id FROM crew_member
            WHERE crew_member.company_id = $1 AND crew_member.crew_id IN (SELECT here.crew_id FROM here))
    UNION ALL
    -- openings come with their measurement and never change
    SELECT concat_ws(' ', 'measurement', measurement.id, measurement.xmin) FROM measurement
      JOIN job ON job.company_id = $1 AND job.id = measurement.job_id
     WHERE measurement.company_id = $1 AND job.order_id IN (SELECT here.order_id FROM here)
    UNION ALL
    SELECT concat_ws(' ', 'production', production_order.id, production_order.xmin) FROM production_order
     WHERE production_order.company_id = $1 AND production_order.order_id IN (SELECT here.order_id FROM here)
    UNION ALL
    -- messages with their chat_photo never change, and their numbers only grow
    SELECT concat_ws(' ', 'chat', chat_message.job_id, max(chat_message.number)) FROM chat_message
     WHERE chat_message.company_id = $1 AND chat_message.job_id IN (SELECT here.job_id FROM here)
     GROUP BY chat_message.job_id
    UNION ALL
    SELECT concat_ws(' ', 'conflict', conflict.id, conflict.xmin) FROM conflict
     WHERE conflict.company_id = $1 AND conflict.user_id = $2
       AND (conflict.resolved_at IS NULL OR conflict.resolved_at > $9)
    UNION ALL
    SELECT concat_ws(' ', 'time', time_correction.id) FROM time_correction
     WHERE time_correction.company_id = $1 AND time_correction.worker_id = $2 AND time_correction.corrected_at > $10
    UNION ALL
    SELECT concat_ws(' ', 'comment', time_comment.id) FROM time_comment
     WHERE time_comment.company_id = $1 AND time_comment.worker_id = $2
    UNION ALL
    SELECT concat_ws(' ', 'work', work_item.id, work_item.xmin) FROM work_item WHERE work_item.company_id = $1
    UNION ALL
    SELECT concat_ws(' ', 'material', material.id, material.xmin) FROM material WHERE material.company_id = $1
    UNION ALL
    SELECT concat_ws(' ', 'used', material_use.id) FROM material_use
     WHERE material_use.company_id = $1 AND material_use.job_id IN (SELECT here.job_id FROM here)
    UNION ALL
    SELECT concat_ws(' ', 'by hand', job_material.job_id, job_material.material_id, job_material.xmin)
      FROM job_material
     WHERE job_material.company_id = $1 AND job_material.job_id IN (SELECT here.job_id FROM here)
    UNION ALL
    SELECT concat_ws(' ', 'norm', material_norm.job_type_id, material_norm.material_id, material_norm.xmin)
      FROM material_norm WHERE material_norm.company_id = $1
    UNION ALL
    SELECT concat_ws(' ', 'signal', stop_signal.id, stop_signal.xmin, stop_signal.from_at >= $12,
                     COALESCE(stop_signal.closed_at, stop_signal.gone_at) > $11) FROM stop_signal
     WHERE stop_signal.company_id = $1 AND stop_signal.worker_id = $2
    UNION ALL
    SELECT concat_ws(' ', 'said', signal_answer.id) FROM signal_answer
      JOIN stop_signal ON stop_signal.company_id = $1 AND stop_signal.id = signal_answer.signal_id
     WHERE signal_answer.company_id = $1 AND stop_signal.worker_id = $2
    UNION ALL
    SELECT concat_ws(' ', 'zone', company.timezone) FROM company WHERE company.id = $1
    UNION ALL
    SELECT concat_ws(' ', 'worker', worker.id, worker.is_active, worker.archived_at IS NULL) FROM worker
     WHERE worker.company_id = $1
    UNION ALL
    SELECT concat_ws(' ', 'name', user_account.id, user_account.is_active, user_account.name) FROM user_account
     WHERE user_account.company_id = $1
)
SELECT count(*), bit_xor(hashtextextended(marks.mark, 0)), bit_xor(hashtextextended(marks.mark, 1)) FROM marks
