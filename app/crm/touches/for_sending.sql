-- What is known of messages of plans that are to be sent now: how the client came into the plan, and which step it is.
-- $1 company, $2 messages.
SELECT touch.message_id, touch.step, touch.attempt, touch.due_at, touch.status,
       enrolment.id, enrolment.client_id, enrolment.status, enrolment.is_control, enrolment.client_status,
       enrolment.category, enrolment.site_id, enrolment.due_on, enrolment.timezone,
       enrolment.event_at, enrolment.started_at, enrolment.subject_id,
       plan.status, version.content,
       EXISTS (SELECT FROM plan_enrolment AS other
                 JOIN client AS card ON card.company_id = $1 AND card.id = other.client_id
                 JOIN client AS own ON own.company_id = $1 AND own.id = enrolment.client_id
                WHERE other.company_id = $1 AND other.plan_id = enrolment.plan_id AND other.status = 'open'
                  AND other.client_id <> enrolment.client_id AND other.id < enrolment.id
                  AND coalesce(card.merged_into, card.id) = coalesce(own.merged_into, own.id))
  FROM touch
  JOIN plan_enrolment AS enrolment
    ON enrolment.company_id = $1 AND enrolment.id = touch.enrolment_id
  JOIN touch_plan AS plan ON plan.company_id = $1 AND plan.id = enrolment.plan_id
  JOIN touch_plan_version AS version
    ON version.company_id = $1 AND version.plan_id = enrolment.plan_id AND version.number = enrolment.version_number
 WHERE touch.company_id = $1 AND touch.message_id = ANY($2::uuid[])
