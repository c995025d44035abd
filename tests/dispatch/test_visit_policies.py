from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from app.dispatch.offers import ladders
from app.dispatch.offers.ladders import Step
from app.dispatch.offers.policies import acceptance_deadline
from app.dispatch.visits import policies
from app.dispatch.visits.policies import VisitStatus
from app.orders.job_types.policies import DEFAULT_LADDER, Action

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.covers("M2")
def test_an_offer_waits_as_long_as_the_job_type_says():
    deadline = acceptance_deadline(
        offered_at=NOON, starts_at=NOON + timedelta(days=1), accept_within=15 * MINUTE
    )

    assert deadline == NOON + 15 * MINUTE


@pytest.mark.covers("M2")
def test_a_visit_that_is_near_leaves_half_of_the_time_to_answer():
    deadline = acceptance_deadline(offered_at=NOON, starts_at=NOON + 20 * MINUTE, accept_within=15 * MINUTE)

    assert deadline == NOON + 10 * MINUTE


def test_a_visit_about_to_begin_leaves_half_a_minute_to_answer():
    deadline = acceptance_deadline(offered_at=NOON, starts_at=NOON - MINUTE, accept_within=15 * MINUTE)

    assert deadline == NOON + timedelta(seconds=30)


@pytest.mark.covers("M2")
def test_a_dispatcher_who_asks_for_an_answer_in_two_seconds_has_his_way():
    deadline = acceptance_deadline(
        offered_at=NOON, starts_at=NOON + timedelta(days=1), accept_within=timedelta(seconds=2)
    )

    assert deadline == NOON + timedelta(seconds=2)


@pytest.mark.covers("M2")
def test_the_default_ladder_reminds_then_asks_the_next_then_calls_the_supervisor():
    ladder = ladders.plan_ladder(DEFAULT_LADDER, offered_at=NOON, accept_by=NOON + 10 * MINUTE)

    assert ladder == [
        Step(NOON + 5 * MINUTE, Action.REMIND_WORKER, at=0.5),
        Step(NOON + 10 * MINUTE, Action.NOTIFY_DISPATCHER, at=1),
        Step(NOON + 10 * MINUTE, Action.REOFFER_NEXT, at=1),
        Step(NOON + 15 * MINUTE, Action.REMIND_WORKER, at=1.5),
        Step(NOON + 20 * MINUTE, Action.NOTIFY_SUPERVISOR, at=2),
    ]


def test_steps_configured_in_any_order_are_taken_in_time_order():
    steps = [{"at": 2, "action": "notify_supervisor"}, {"at": 0.25, "action": "remind_worker"}]

    ladder = ladders.plan_ladder(steps, offered_at=NOON, accept_by=NOON + 8 * MINUTE)

    assert all(a.due_at <= b.due_at for a, b in pairwise(ladder))
    assert ladder[0] == Step(NOON + 2 * MINUTE, Action.REMIND_WORKER, at=0.25)


@pytest.mark.covers("M2")
def test_who_is_asked_late_has_the_time_that_was_planned_before_the_steps_that_follow():
    ladder = ladders.plan_ladder(DEFAULT_LADDER, offered_at=NOON, accept_by=NOON + 10 * MINUTE)

    reoffered_at = NOON + 130 * MINUTE
    later = ladders.put_off_rest(ladder, 3, reoffered_at=reoffered_at, accept_by=reoffered_at + 10 * MINUTE)

    assert later == [
        *ladder[:3],
        Step(NOON + 135 * MINUTE, Action.REMIND_WORKER, at=1.5),
        Step(NOON + 140 * MINUTE, Action.NOTIFY_SUPERVISOR, at=2),
    ]


@pytest.mark.covers("M2")
def test_who_is_asked_in_time_changes_nothing_of_the_ladder():
    ladder = ladders.plan_ladder(DEFAULT_LADDER, offered_at=NOON, accept_by=NOON + 10 * MINUTE)

    later = ladders.put_off_rest(ladder, 3, reoffered_at=NOON + 10 * MINUTE, accept_by=NOON + 20 * MINUTE)

    assert later == ladder


def test_nothing_follows_the_last_step():
    ladder = [Step(NOON, Action.REOFFER_NEXT)]

    later = ladders.put_off_rest(ladder, 1, reoffered_at=NOON + MINUTE, accept_by=NOON + 2 * MINUTE)

    assert later == ladder


def test_the_end_of_an_offer_counts_even_where_the_ladder_is_empty():
    assert ladders.next_escalation([], 0, accept_by=NOON) == NOON
    assert ladders.next_escalation([], 0, accept_by=None) is None


def test_the_next_thing_to_do_is_the_earlier_of_step_and_deadline():
    ladder = [Step(NOON + 5 * MINUTE, Action.REMIND_WORKER)]

    assert ladders.next_escalation(ladder, 0, accept_by=NOON + MINUTE) == NOON + MINUTE
    assert ladders.next_escalation(ladder, 0, accept_by=NOON + 9 * MINUTE) == NOON + 5 * MINUTE
    assert ladders.next_escalation(ladder, 1, accept_by=None) is None


ALLOWED = """
planned -> offered canceled
offered -> accepted planned canceled
accepted -> en_route on_site planned not_completed canceled
en_route -> on_site planned not_completed canceled
on_site -> in_progress not_completed
in_progress -> paused completed partially_completed not_completed
paused -> in_progress not_completed
"""


@pytest.mark.covers("P-rel-6", "M39")
@pytest.mark.parametrize("was", VisitStatus)
@pytest.mark.parametrize("to", VisitStatus)
def test_every_pair_of_states_is_allowed_or_refused_on_purpose(was, to):
    table = {line.split(" -> ")[0]: line.split(" -> ")[1].split() for line in ALLOWED.strip().splitlines()}

    assert policies.may_move(was, to) == (to in table.get(was, []))


@pytest.mark.covers("M2")
@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([Action.REOFFER_NEXT, Action.REMIND_WORKER, Action.NOTIFY_SUPERVISOR], 2),
        ([Action.REOFFER_NEXT, Action.REOFFER_NEXT, Action.NOTIFY_SUPERVISOR], None),
        ([Action.REOFFER_NEXT, Action.NOTIFY_DISPATCHER], None),
    ],
)
def test_a_supervisor_who_hears_now_need_not_hear_again_before_somebody_else_is_asked(actions, expected):
    ladder = [Step(NOON + n * MINUTE, action) for n, action in enumerate(actions)]

    assert ladders.find_supervisor_step(ladder, 1) == expected
