"""Who listens to which event, which sweeps and jobs there are, and which old rows are removed."""

from datetime import timedelta
from typing import cast

from sqlalchemy import Table

from app.clients.cards import sweep as sites
from app.contracts import (
    clients,
    crm,
    dispatch,
    documents,
    field,
    files,
    identity,
    notifications,
    tracking,
    workforce,
)
from app.contracts.event import Event
from app.crm.cases import handlers as cases
from app.crm.contact_checks import handlers as contact_checks
from app.crm.disappointments import handlers as disappointments
from app.crm.invites import handlers as invitations
from app.crm.invites import sweep as invitation_sweeps
from app.crm.passes import sweep as passes
from app.crm.pasts import sweep as pasts
from app.crm.plan_dry_runs import service as plan_dry_runs
from app.crm.plan_dry_runs.models import SWEEP as PLAN_DRY_RUN
from app.crm.plan_intake import handlers as plans_take_in
from app.crm.plan_intake import sweep as plan_intake
from app.crm.plan_intake.models import INTAKE_SWEEP, OCCASION_SWEEP
from app.crm.publication import sweep as dry_runs
from app.crm.replies import handlers as replies
from app.crm.rules import handlers as life_rules
from app.crm.sources import handlers as sources
from app.crm.statuses import handlers as life
from app.crm.statuses import sweep as client_status
from app.crm.tasks import handlers as tasks_handlers
from app.crm.tasks import sweep as tasks
from app.crm.touches import carrying
from app.crm.touches import handlers as touches
from app.crm.touches.models import TOUCH_SWEEP
from app.db.damage import CHECK_FILE, check_file, queue_checks_of_damaged
from app.db.jobs import Job
from app.db.outbox import IS_UNHEARD, EventDelivery, OutboxEvent
from app.db.relay import HearsOne, Listener, Many, One
from app.db.retention import Kept
from app.db.sweeps import AnySweep, FreeSweep, Sweep
from app.dispatch.answering import sweep as answering
from app.dispatch.confirmation.handlers import on_acts_signed
from app.dispatch.confirmation.handlers import on_cards_merged as on_cards_of_visits_merged
from app.dispatch.escalation import sweep as escalation
from app.dispatch.installation.handlers import (
    are_of_installations,
    on_installation_changed,
    on_ready_date_moved,
)
from app.dispatch.staffing.handlers import (
    on_availability_changed,
    on_crew_activity_changed,
    on_job_skills_changed,
    on_user_changed,
    on_visit_moved,
)
from app.dispatch.telling.handlers import on_cards_merged as on_cards_of_told_merged
from app.dispatch.telling.handlers import (
    on_contacts_changed,
    on_counterparties_changed,
    on_message_states_changed,
    on_offer_withdrawn,
    on_offers_reminded,
    on_users_changed,
    on_visits_offered,
    on_workers_changed,
)
from app.documents import handlers as documents_handlers
from app.documents.acts.jobs import RENDER_ACT, queue_unprinted_acts, render_act
from app.documents.seals.models import ActSeal
from app.field.forgetting import jobs as clearing
from app.field.forgetting.handlers import CLEAR_PLACES, on_places_forgotten
from app.field.previews import jobs as previews
from app.field.push import handlers as phones
from app.field.push import jobs as waiting_phones
from app.field.push import sweep as waiting_commands
from app.field.uploads import jobs as uploads
from app.field.uploads import strays
from app.http.audit import AuditEvent
from app.http.idempotency import IdempotencyKey
from app.identity.refresh_tokens.models import RefreshToken
from app.identity.refresh_tokens.policies import IDLE_MAX
from app.identity.sign_in.models import LoginCode
from app.notifications.inbox.handlers import (
    may_not_be_told,
    on_file_damaged,
    on_file_restored,
    on_message_state_changed,
)
from app.orders.invoices import sweep as invoices
from app.orders.job_types.handlers import on_company_registered
from app.orders.production.sweep import remind_of_readiness
from app.orders.settlement.handlers import on_money_may_be_open
from app.tracking.facts import handlers as track
from app.tracking.facts.sweep import DERIVE_DAYS, derive_due_day
from app.tracking.pings import forgetting, positions
from app.tracking.signals import handlers as signal_handlers
from app.tracking.signals import sweep as signals

FOLLOWS_INSTALLATION = One(on_installation_changed, concerns=are_of_installations)

ORDER_IS_SETTLED = {"accountant_sees_open_money": One(on_money_may_be_open)}

LIFE_FOLLOWS_ORDER: dict[str, Listener] = {"life_follows_order": Many(life.on_orders_changed)}
LIFE_FOLLOWS_JOB: dict[str, Listener] = {"life_follows_job": Many(life.on_jobs_changed)}
LIFE_FOLLOWS_ACT: dict[str, Listener] = {"life_follows_act": Many(life.on_acts_over)}
LIFE_FOLLOWS_MONEY: dict[str, Listener] = {"life_follows_money": Many(life.on_money_moved)}
LIFE_FOLLOWS_CARD: dict[str, Listener] = {"life_follows_card": Many(life.on_cards_changed)}
CARDS_MERGED: dict[str, Listener] = {
    "life_follows_merge": Many(life.on_cards_merged),
    "visits_know_who_is_new": Many(on_cards_of_visits_merged),
    "merged_client_may_be_told": Many(on_cards_of_told_merged),
}

TRACK_FOLLOWS_VISIT: dict[str, Listener] = {"track_follows_visit": Many(track.on_visits_changed)}


def _plans_hear(hear: HearsOne) -> One:
    return One(hear, concerns=touches.if_plans_are_at_work)


LISTENERS: dict[type[Event], dict[str, Listener]] = {
    identity.CompanyRegistered: {
        "job_types_are_set_up": One(on_company_registered),
        "price_list_is_set_up": One(documents_handlers.on_company_registered),
        "life_rules_are_set_up": One(life_rules.on_company_registered),
    },
    identity.UserChanged: {
        "visits_of_dismissed_need_another": One(on_user_changed),
        "clients_of_dismissed_are_told": Many(on_users_changed),
        "tasks_of_dismissed_are_passed_on": One(tasks_handlers.on_user_changed),
    },
    dispatch.JobCanceled: {
        "production_follows_installation": FOLLOWS_INSTALLATION,
        **ORDER_IS_SETTLED,
        **LIFE_FOLLOWS_JOB,
    },
    dispatch.JobsOfOrderChanged: {
        **ORDER_IS_SETTLED,
        **LIFE_FOLLOWS_ORDER,
        "invitation_follows_job": Many(invitations.on_jobs_changed),
    },
    dispatch.JobSkillsChanged: {"visits_fit_their_job": One(on_job_skills_changed)},
    dispatch.OrderAdvanced: {
        **ORDER_IS_SETTLED,
        **LIFE_FOLLOWS_ORDER,
        "cancellation_disappoints": Many(disappointments.on_orders_advanced),
    },
    dispatch.EstimateAgreed: {**ORDER_IS_SETTLED},
    field.PaymentTaken: {**ORDER_IS_SETTLED, **LIFE_FOLLOWS_MONEY},
    field.PaymentRefunded: {
        **ORDER_IS_SETTLED,
        **LIFE_FOLLOWS_MONEY,
        "refund_disappoints": Many(disappointments.on_money_refunded),
    },
    documents.ActSigned: {
        **ORDER_IS_SETTLED,
        "signature_lets_commands_pass": Many(phones.on_acts_signed),
        "client_is_not_new": Many(on_acts_signed),
        "remarks_disappoint": Many(disappointments.on_acts_signed),
        **LIFE_FOLLOWS_ACT,
        "plans_follow_act": _plans_hear(touches.on_act_signed),
    },
    documents.ActRefused: {
        **LIFE_FOLLOWS_ACT,
        "refusal_disappoints": Many(disappointments.on_acts_refused),
    },
    documents.PassportIssued: {"life_follows_passport": Many(life.on_passports_issued)},
    field.AttachmentStored: {"file_lets_commands_pass": Many(phones.on_files_stored)},
    dispatch.VisitAccepted: TRACK_FOLLOWS_VISIT,
    dispatch.PresenceRecorded: TRACK_FOLLOWS_VISIT,
    dispatch.VisitPlanned: {
        "production_follows_installation": FOLLOWS_INSTALLATION,
        **LIFE_FOLLOWS_JOB,
        "invitation_follows_visit": Many(invitations.on_visits_planned),
        "plans_follow_visit": _plans_hear(touches.on_visit_planned),
    },
    dispatch.VisitOffered: {"worker_is_asked": Many(on_visits_offered)},
    dispatch.OfferReminded: {"worker_is_reminded": Many(on_offers_reminded)},
    dispatch.OfferWithdrawn: {"worker_is_told_of_withdrawal": One(on_offer_withdrawn)},
    dispatch.VisitMoved: {
        **TRACK_FOLLOWS_VISIT,
        "visit_fits_again": One(on_visit_moved),
        "production_follows_installation": FOLLOWS_INSTALLATION,
        "late_move_disappoints": Many(disappointments.on_visits_moved),
    },
    workforce.AvailabilityChanged: {
        "visits_fit_their_people": One(on_availability_changed),
        "clients_of_switched_off_are_told": Many(on_workers_changed),
        "track_follows_shifts": Many(track.on_availability_changed),
    },
    workforce.CrewActivityChanged: {"visits_of_dissolved_need_another": One(on_crew_activity_changed)},
    dispatch.VisitCanceled: {
        "production_follows_installation": FOLLOWS_INSTALLATION,
        **TRACK_FOLLOWS_VISIT,
        "life_follows_visit": Many(life.on_visits_canceled),
        "late_cancellation_disappoints": Many(disappointments.on_visits_canceled),
    },
    dispatch.RequestMatched: {
        "life_follows_request": Many(life.on_requests_matched),
        "invitation_follows_request": Many(invitations.on_requests_matched),
        "plans_follow_request": _plans_hear(touches.on_request_matched),
    },
    dispatch.ReadyDateMoved: {
        "dispatcher_sees_early_installation": One(on_ready_date_moved),
        "plans_follow_ready_date": _plans_hear(touches.on_ready_date_moved),
    },
    dispatch.VisitProgressed: {
        "production_follows_installation": FOLLOWS_INSTALLATION,
        "late_arrival_disappoints": Many(disappointments.on_visits_progressed),
    },
    files.FileDamaged: {"office_sees_damaged_file": One(on_file_damaged)},
    files.FileRestored: {"damaged_file_is_settled": One(on_file_restored)},
    notifications.SmsReceived: {
        "answer_finds_its_question": One(replies.on_sms_received),
        "plans_follow_answer_by_sms": _plans_hear(touches.on_sms_received),
    },
    notifications.MessageStateChanged: {
        "dispatcher_sees_undelivered": One(on_message_state_changed, concerns=may_not_be_told),
        "client_may_be_told_anew": Many(on_message_states_changed),
        "invitation_follows_message": Many(invitations.on_message_states_changed),
        "touch_follows_message": One(touches.on_message_ended, concerns=touches.of_touches),
    },
    tracking.PlacesForgotten: {
        "signals_forget_places": One(signal_handlers.on_places_forgotten),
        "field_forgets_places": Many(on_places_forgotten),
    },
    tracking.ShortestStopChanged: {"track_follows_shortest_stop": Many(track.on_shortest_stop_changed)},
    clients.ContactsChanged: {
        "client_may_have_a_phone_now": Many(on_contacts_changed),
        **LIFE_FOLLOWS_CARD,
        "plans_follow_client": _plans_hear(touches.on_client_heard),
    },
    clients.ClientRegistered: LIFE_FOLLOWS_CARD,
    clients.ContactsConfirmed: {"checks_of_contacts_are_settled": One(contact_checks.on_contacts_confirmed)},
    clients.CounterpartyChanged: {
        "client_may_be_told_now": Many(on_counterparties_changed),
        **LIFE_FOLLOWS_CARD,
    },
    clients.ClientsMerged: {
        **CARDS_MERGED,
        "plans_follow_merge": _plans_hear(touches.on_cards_merged),
    },
    clients.MergeUndone: CARDS_MERGED,
    clients.ConsentChanged: {
        "life_follows_consent": Many(life.on_consents_changed),
        "plans_follow_consent": _plans_hear(touches.on_consent_changed),
    },
    crm.ClientStatusChanged: {
        "referral_is_paid": Many(sources.on_statuses_changed),
        "plans_follow_status": _plans_hear(touches.on_status_changed),
    },
    crm.DisappointmentNoted: {
        "case_is_opened": One(cases.on_disappointment_noted),
        "plans_follow_disappointment": _plans_hear(touches.on_disappointment_noted),
    },
    crm.CaseOpened: {"plans_follow_client": _plans_hear(touches.on_client_heard)},
    crm.InteractionRecorded: {"plans_follow_client": _plans_hear(touches.on_client_heard)},
    crm.ProposalMade: {"plans_follow_proposal": _plans_hear(touches.on_proposal_made)},
    crm.ProposalAnswered: {"plans_follow_client": _plans_hear(touches.on_client_heard)},
    crm.QualityAnswered: {"plans_follow_quality_answer": _plans_hear(touches.on_quality_answered)},
    crm.TaskClosed: {"touch_follows_task": _plans_hear(touches.on_task_closed)},
    crm.PlanReleased: {"plan_takes_in_what_is_due": One(plans_take_in.on_plan_released)},
}
"""Listeners by event and name. Rows of `event_delivery` contain the name, so it stays the same when the code
moves. To rename a listener, rename it in those rows by a migration."""

UNHEARD: set[type[Event]] = {
    # Shown on the live channel and kept in the outbox; no listener acts on them.
    crm.CaseClosed,
    dispatch.RequestRegistered,
    dispatch.VisitPinned,
    dispatch.VisitAnswered,
    dispatch.VisitFitChanged,
    dispatch.JobChanged,
    workforce.CrewChanged,
    dispatch.OfferDeclined,
    dispatch.OfferExpired,
    dispatch.VisitEscalated,
    dispatch.ProductionOrderPlaced,
    dispatch.ReadinessNear,
    dispatch.InstallationBooked,
    dispatch.InboxItemAdded,
    dispatch.AlertTaken,
    crm.TaskOpened,
    crm.TouchEnded,
    field.MeasurementSubmitted,
    field.ChatMessageSent,
    tracking.WorkersMoved,
    field.WorkingTimeCorrected,
    tracking.ArrivalProposed,
    identity.UserCreated,
    identity.RefreshTokenReused,
}

SWEEPS: list[AnySweep] = [
    FreeSweep(
        "escalation",
        escalation.escalate_overdue_visits,
        escalation.AT_ONCE,
        companies_at_once=escalation.COMPANIES_AT_ONCE,
    ),
    FreeSweep("answer", answering.cancel_refused_visits, answering.AT_ONCE),
    FreeSweep(client_status.SWEEP, client_status.look_at_due_clients, client_status.AT_ONCE),
    FreeSweep("invitation", invitation_sweeps.end_invitations, invitation_sweeps.AT_ONCE),
    FreeSweep("invitation_round", invitation_sweeps.propose_in_the_morning),
    FreeSweep(pasts.SWEEP, pasts.work_out_pasts, pasts.AT_ONCE),
    Sweep(passes.SWEEP, passes.go_through_base),
    Sweep(dry_runs.SWEEP, dry_runs.go_on_with_dry_runs),
    Sweep("readiness", remind_of_readiness),
    Sweep("task", tasks.look_at_tasks, tasks.AT_ONCE),
    Sweep(TOUCH_SWEEP, carrying.carry_out_due, carrying.AT_ONCE),
    Sweep(INTAKE_SWEEP, plan_intake.go_through_base),
    Sweep(PLAN_DRY_RUN, plan_dry_runs.go_on_with_dry_runs),
    Sweep(OCCASION_SWEEP, plan_intake.invite_on_occasion),
    Sweep("invoice", invoices.mark_overdue, invoices.AT_ONCE),
    Sweep("waiting_phone", waiting_phones.queue_waiting_phones, waiting_phones.AT_ONCE),
    Sweep("waiting_command", waiting_commands.tell_of_waiting_commands, waiting_commands.AT_ONCE),
    FreeSweep("site_zone", sites.find_zones_of_sites, at_once=sites.AT_ONCE),
    Sweep("forgetting", forgetting.look_again, forgetting.AT_ONCE),
    Sweep("position", positions.show_positions, positions.AT_ONCE),
    FreeSweep(DERIVE_DAYS, derive_due_day),
    Sweep(signals.JUDGE_DAYS, signals.judge_due_days, signals.AT_ONCE),
    Sweep("upload", uploads.abandon_expired_uploads),
    Sweep("upload_finish", uploads.queue_complete_uploads, uploads.AT_ONCE),
    Sweep("stray_files", strays.queue_stray_check),
    Sweep("preview", previews.queue_previews, previews.AT_ONCE),
    Sweep(CLEAR_PLACES, clearing.queue_clearings, clearing.AT_ONCE),
    Sweep("act_pdf", queue_unprinted_acts),
    Sweep("damaged_file", queue_checks_of_damaged, at_once=20),
]
"""The database function `due_work` uses the same names. `app.worker` adds the sweeps of the relay, of the message
sender and of the teller, because those also need Redis, a gateway or settings."""

JOBS: dict[str, Job] = {
    uploads.REMOVE_UPLOAD: uploads.remove_upload,
    uploads.FINISH_UPLOAD: uploads.finish_upload,
    strays.REMOVE_STRAYS: strays.remove_strays,
    clearing.CLEAR_PLACE: clearing.clear_place,
    waiting_phones.GO_ON: waiting_phones.go_on_with_phone,
    previews.MAKE_PREVIEWS: previews.make_previews,
    RENDER_ACT: render_act,
    CHECK_FILE: check_file,
}

A_DAY = timedelta(days=1)
KEPT: list[Kept] = [
    Kept(IdempotencyKey.created_at, 30 * A_DAY),
    Kept(OutboxEvent.relayed_at, 30 * A_DAY, spared=IS_UNHEARD, together_with=EventDelivery.event_id),
    Kept(RefreshToken.created_at, IDLE_MAX + A_DAY),  # no token is valid for longer than IDLE_MAX
    Kept(LoginCode.created_at, A_DAY),
]
"""How long old rows are kept. docs/architecture.md has the reasons, and the tables that are kept for ever."""

SEALED: list[Table] = [cast(Table, one.__table__) for one in (AuditEvent, ActSeal)]
"""Tables whose rows get seals: see `app.db.seals`. They are only ever added to."""

EVENTS: dict[str, type[Event]] = {event.kind: event for event in [*LISTENERS, *UNHEARD]}
LISTENERS_BY_KIND: dict[str, dict[str, Listener]] = {
    event.kind: listeners for event, listeners in LISTENERS.items()
}
