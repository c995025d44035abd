"""Who has a task, and what its outcomes lead to."""

from datetime import timedelta
from itertools import product
from uuid import UUID

import pytest

from app.crm.loss_reasons.policies import LossReasonWithoutRefusal
from app.crm.loss_reasons.values import LossReason
from app.crm.tasks.policies import (
    WITH_SUPERVISORS,
    Outcome,
    OutcomeIncomplete,
    People,
    Said,
    TaskStatus,
    after,
    next_seat,
    seat_for,
)
from tests.cast import NOON

OLGA, MARINA = UUID(int=1), UUID(int=2)
HOUR = timedelta(hours=1)
PATIENCE = 4 * HOUR


def people(*here):
    return People(OLGA, MARINA, set(here))


def seat(*here, due_at=NOON):
    return seat_for(people(*here), due_at=due_at, patience=PATIENCE, now=NOON)


def test_the_first_who_is_there_gets_a_task():
    assert [seat(*here).holder_id for here in [(OLGA, MARINA), (MARINA,), ()]] == [OLGA, MARINA, None]


def test_a_task_of_next_week_waits_for_somebody_who_is_away_today():
    later = NOON + 100 * HOUR

    assert seat(due_at=later)[:2] == (0, OLGA)
    assert seat(due_at=later).look_at == later


def test_at_its_time_a_task_goes_to_the_deputy_if_its_holder_is_away():
    waiting = seat(OLGA, due_at=NOON + HOUR)

    passed = next_seat(waiting, people(MARINA), patience=PATIENCE, now=NOON + HOUR)

    assert (passed.step, passed.holder_id, passed.overdue_at) == (1, MARINA, NOON + 5 * HOUR)


@pytest.mark.covers("R25")
def test_whatever_happens_a_task_ends_with_the_supervisors_in_two_looks_after_its_time():
    """Every way in which the two may come and go between looks."""
    for before, first, second in product([(), (OLGA,), (MARINA,), (OLGA, MARINA)], repeat=3):
        one = seat(*before)
        for here in (first, second):
            if one.look_at is None:
                break
            one = next_seat(one, people(*here), patience=PATIENCE, now=one.look_at)
        assert one.step == WITH_SUPERVISORS
        assert (one.holder_id, one.look_at) == (None, None)


def test_nobody_answers_four_times():
    tries, now, pauses = 0, NOON, []
    while True:
        follows = after(Said(Outcome.NO_ANSWER), tries=tries, now=now)
        if follows.due_at is None:
            break
        pauses.append(follows.due_at - now)
        tries, now = follows.tries, follows.due_at

    assert pauses == [2 * HOUR, 24 * HOUR, 72 * HOUR]
    assert (follows.status, follows.tries) == (TaskStatus.CLOSED, 4)


@pytest.mark.parametrize(
    "said",
    [
        Said(Outcome.REFUSED, reason="  ", loss_reason=LossReason.PRICE),
        Said(Outcome.REFUSED, reason="Дорого"),
        Said(Outcome.AGREED),
        Said(Outcome.CALL_BACK),
        Said(Outcome.CALL_BACK, call_back_at=NOON),
    ],
)
def test_an_outcome_says_all_that_belongs_to_it(said):
    with pytest.raises(OutcomeIncomplete):
        after(said, tries=0, now=NOON)


@pytest.mark.parametrize(
    "said", [Said(Outcome.AGREED, agreed_on=NOON.date()), Said(Outcome.NO_ANSWER), Said(Outcome.DONE)]
)
def test_only_a_refusal_has_a_reason_of_loss(said):
    with pytest.raises(LossReasonWithoutRefusal):
        after(said._replace(loss_reason=LossReason.PRICE), tries=0, now=NOON)
