"""Every announced event, queued job and sweep is known to the code that must act on it."""

import ast
import inspect
import re
from typing import Any

import asyncpg

from app import contracts
from app.contracts.event import Event
from app.db import background
from app.wiring import JOBS, KEPT, LISTENERS, LISTENERS_BY_KIND, UNHEARD
from app.worker import all_sweeps, make_relay, make_sender, make_teller
from tests.building.source import calls, meaning_of, modules, where

NO_REDIS: Any = None
"""Only names are read here; nothing is published."""


def announced_events() -> set[type[Event]]:
    ours = [module for module in modules() if module.__name__.startswith(f"{contracts.__name__}.")]
    found = [member for module in ours for member in vars(module).values() if inspect.isclass(member)]
    return {one for one in found if issubclass(one, Event) and one is not Event}


def queued_jobs() -> dict[str, str]:
    """Name -> place, for every `queue_job("name", …)` but the one that passes on what it was given."""
    queued = {}
    for module, call in calls():
        called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
        if called == "queue_job" and call.args and module is not background:
            queued[str(meaning_of(call.args[0], module))] = where(module, call)
    return queued


def test_every_event_has_a_listener_or_is_named_as_unheard():
    heard, unheard = set(LISTENERS), UNHEARD

    assert announced_events() == heard | unheard
    assert heard.isdisjoint(unheard)


NAMES_IN_PENDING_DELIVERIES = {
    "notifications.sms_received": {
        "answer_finds_its_question",
        "plans_follow_answer_by_sms",
    },
    "dispatch.presence_recorded": {"track_follows_visit"},
    "dispatch.visit_accepted": {"track_follows_visit"},
    "tracking.shortest_stop_changed": {"track_follows_shortest_stop"},
    "clients.client_registered": {"life_follows_card"},
    "clients.consent_changed": {"life_follows_consent", "plans_follow_consent"},
    "clients.contacts_confirmed": {"checks_of_contacts_are_settled"},
    "clients.counterparty_changed": {"client_may_be_told_now", "life_follows_card"},
    "clients.clients_merged": {
        "life_follows_merge",
        "visits_know_who_is_new",
        "merged_client_may_be_told",
        "plans_follow_merge",
    },
    "clients.merge_undone": {"life_follows_merge", "visits_know_who_is_new", "merged_client_may_be_told"},
    "dispatch.request_matched": {
        "life_follows_request",
        "invitation_follows_request",
        "plans_follow_request",
    },
    "crm.client_status_changed": {"referral_is_paid", "plans_follow_status"},
    "crm.disappointment_noted": {"case_is_opened", "plans_follow_disappointment"},
    "documents.act_refused": {"life_follows_act", "refusal_disappoints"},
    "documents.passport_issued": {"life_follows_passport"},
    "identity.company_registered": {
        "job_types_are_set_up",
        "price_list_is_set_up",
        "life_rules_are_set_up",
    },
    "identity.user_changed": {
        "visits_of_dismissed_need_another",
        "clients_of_dismissed_are_told",
        "tasks_of_dismissed_are_passed_on",
    },
    "dispatch.job_canceled": {
        "production_follows_installation",
        "accountant_sees_open_money",
        "life_follows_job",
    },
    "dispatch.jobs_of_order_changed": {
        "accountant_sees_open_money",
        "life_follows_order",
        "invitation_follows_job",
    },
    "dispatch.order_advanced": {
        "accountant_sees_open_money",
        "life_follows_order",
        "cancellation_disappoints",
    },
    "dispatch.estimate_agreed": {"accountant_sees_open_money"},
    "field.payment_taken": {"accountant_sees_open_money", "life_follows_money"},
    "field.payment_refunded": {"accountant_sees_open_money", "life_follows_money", "refund_disappoints"},
    "documents.act_signed": {
        "accountant_sees_open_money",
        "signature_lets_commands_pass",
        "client_is_not_new",
        "life_follows_act",
        "plans_follow_act",
        "remarks_disappoint",
    },
    "field.attachment_stored": {"file_lets_commands_pass"},
    "dispatch.visit_planned": {
        "production_follows_installation",
        "life_follows_job",
        "invitation_follows_visit",
        "plans_follow_visit",
    },
    "dispatch.visit_offered": {"worker_is_asked"},
    "dispatch.offer_reminded": {"worker_is_reminded"},
    "dispatch.offer_withdrawn": {"worker_is_told_of_withdrawal"},
    "dispatch.visit_moved": {
        "visit_fits_again",
        "production_follows_installation",
        "track_follows_visit",
        "late_move_disappoints",
    },
    "dispatch.visit_canceled": {
        "production_follows_installation",
        "track_follows_visit",
        "life_follows_visit",
        "late_cancellation_disappoints",
    },
    "dispatch.ready_date_moved": {"dispatcher_sees_early_installation", "plans_follow_ready_date"},
    "dispatch.visit_progressed": {"production_follows_installation", "late_arrival_disappoints"},
    "files.file_damaged": {"office_sees_damaged_file"},
    "files.file_restored": {"damaged_file_is_settled"},
    "workforce.availability_changed": {
        "visits_fit_their_people",
        "clients_of_switched_off_are_told",
        "track_follows_shifts",
    },
    "dispatch.job_skills_changed": {"visits_fit_their_job"},
    "workforce.crew_activity_changed": {"visits_of_dissolved_need_another"},
    "notifications.message_state_changed": {
        "dispatcher_sees_undelivered",
        "client_may_be_told_anew",
        "invitation_follows_message",
        "touch_follows_message",
    },
    "tracking.places_forgotten": {"signals_forget_places", "field_forgets_places"},
    "crm.case_opened": {"plans_follow_client"},
    "crm.interaction_recorded": {"plans_follow_client"},
    "crm.proposal_made": {"plans_follow_proposal"},
    "crm.proposal_answered": {"plans_follow_client"},
    "crm.quality_answered": {"plans_follow_quality_answer"},
    "crm.task_closed": {"touch_follows_task"},
    "crm.plan_released": {"plan_takes_in_what_is_due"},
    "clients.contacts_changed": {
        "client_may_have_a_phone_now",
        "life_follows_card",
        "plans_follow_client",
    },
}
"""The names that existing databases contain. Add new ones; to change one, also write a migration that renames it."""


def test_listeners_keep_the_names_that_pending_deliveries_have():
    assert {kind: set(named) for kind, named in LISTENERS_BY_KIND.items()} == NAMES_IN_PENDING_DELIVERIES


def test_one_name_means_one_listener():
    named = [pair for listeners in LISTENERS.values() for pair in listeners.items()]

    assert len({name for name, _ in named}) == len({listener for _, listener in named}) == len(set(named))


def test_every_event_is_named_after_its_module_and_class():
    wrong = {
        event.kind
        for event in announced_events()
        if event.kind != f"{event.__module__.rpartition('.')[2]}.{_snake_case(event.__name__)}"
    }

    assert wrong == set()


def _snake_case(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def test_every_job_that_is_queued_exists():
    assert {name: place for name, place in queued_jobs().items() if name not in JOBS} == {}


def test_every_job_is_queued_by_somebody():
    assert set(JOBS) - set(queued_jobs()) == set()


async def body_of(function: str, superuser: asyncpg.Connection) -> str:
    return str(await superuser.fetchval("SELECT prosrc FROM pg_proc WHERE proname = $1", function))


async def test_the_database_knows_every_sweep_and_no_other(superuser, settings):
    body = await body_of("due_work", superuser)

    assert set(re.findall(r"SELECT '(\w+)'", body)) == {
        sweep.name for sweep in all_sweeps(make_relay(NO_REDIS), make_sender(settings), make_teller(settings))
    }


async def test_the_database_knows_every_table_that_is_kept_for_a_time_and_no_other(superuser):
    body = await body_of("find_companies_with_old", superuser)

    assert set(re.findall(r"table_name = '(\w+)'", body)) == {one.table.name for one in KEPT}
