"""Who was there, when, and what each earns: for all shares and corrections, to the kopeck."""

from datetime import timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import uuid7
from app.core.money import split_kop
from app.dispatch.presence import policies
from app.dispatch.presence.policies import (
    Interval,
    NobodyPresent,
    Planned,
    Presence,
    PresenceInvalid,
    PresenceNotYours,
    Said,
    Source,
    Statement,
)
from app.dispatch.visits.states import VisitState
from app.documents.rewards.policies import Paid, Sharer, divide_anew
from tests.cast import NOON

pytestmark = pytest.mark.covers("M32")

RINAT, TIMUR, PAVEL = (UUID(int=number) for number in (1, 2, 3))
HOUR = timedelta(hours=1)


def presence(worker_id=RINAT, *intervals, share=1) -> Presence:
    return Presence(worker_id, share, tuple(Interval(*one) for one in intervals), 1, Source.ARRIVAL)


def said(was, what, *, at=None, now=NOON):
    return [
        (one.came_at, one.left_at)
        for one in policies.intervals_after(was, Statement(RINAT, what, at), now=now)
    ]


OPEN = presence(RINAT, (NOON - HOUR, None))
CLOSED = presence(RINAT, (NOON - 2 * HOUR, NOON - HOUR))


@pytest.mark.parametrize(
    ("was", "what", "at", "then"),
    [
        (None, Said.CAME, None, [(NOON, None)]),
        (None, Said.CAME, NOON - HOUR, [(NOON - HOUR, None)]),
        (OPEN, Said.CAME, None, [(NOON - HOUR, None)]),
        (OPEN, Said.CAME, NOON - 2 * HOUR, [(NOON - 2 * HOUR, None)]),
        (OPEN, Said.LEFT, None, [(NOON - HOUR, NOON)]),
        (CLOSED, Said.LEFT, NOON, [(NOON - 2 * HOUR, NOON)]),
        (CLOSED, Said.CAME, None, [(NOON - 2 * HOUR, NOON - HOUR), (NOON, None)]),
        (OPEN, Said.ABSENT, None, []),
        (None, Said.ABSENT, None, []),
    ],
)
def test_what_is_said_is_added_to_what_is_known(was, what, at, then):
    assert said(was, what, at=at) == then


def test_nobody_leaves_who_never_came():
    with pytest.raises(PresenceInvalid):
        said(presence(RINAT), Said.LEFT)


@pytest.mark.parametrize(
    ("intervals", "reason"),
    [
        ([(NOON + HOUR, None)], "presence_in_the_future"),
        ([(NOON - HOUR, NOON + HOUR)], "presence_in_the_future"),
        ([(NOON, NOON)], "presence_out_of_order"),
        ([(NOON, NOON - HOUR)], "presence_out_of_order"),
        ([(NOON - HOUR, None), (NOON, None)], "presence_out_of_order"),
        ([(NOON - 2 * HOUR, NOON), (NOON - HOUR, None)], "presence_out_of_order"),
        ([(NOON - n * HOUR, None) for n in range(21)], "presence_too_many"),
    ],
)
def test_impossible_times_are_refused(intervals, reason):
    with pytest.raises(PresenceInvalid) as refused:
        policies.check_intervals([Interval(*one) for one in intervals], now=NOON)

    assert refused.value.params == {"reason": reason}


def a_visit(*, starts_at, accepted_at, arrived_at) -> VisitState:
    times = (starts_at, starts_at + HOUR) * 2
    visit = VisitState(RINAT, RINAT, 1, "arrived", *times, ladder=[])
    return visit._replace(accepted_at=accepted_at, arrived_at=arrived_at)


@pytest.mark.parametrize(
    ("starts_at", "accepted_at", "arrived_at", "earliest"),
    [
        (NOON, NOON - 3 * HOUR, NOON, NOON - 3 * HOUR),
        (NOON, NOON - 48 * HOUR, NOON, NOON - 12 * HOUR),
        (NOON, None, NOON, NOON - 12 * HOUR),
        (NOON + 48 * HOUR, NOON - HOUR, NOON, NOON),
        (NOON, NOON + HOUR, NOON, NOON),
    ],
)
def test_nobody_is_at_a_visit_before_it_is_accepted_and_near(starts_at, accepted_at, arrived_at, earliest):
    visit = a_visit(starts_at=starts_at, accepted_at=accepted_at, arrived_at=arrived_at)

    assert policies.earliest_of(visit) == earliest


@pytest.mark.parametrize("was", [None, OPEN])
def test_a_new_time_that_is_too_early_is_refused_and_a_known_one_stands(was):
    early = [Interval(NOON - 3 * HOUR, None)]

    with pytest.raises(PresenceInvalid) as refused:
        policies.check_not_too_early(was, early, earliest=NOON - 2 * HOUR)

    assert refused.value.params == {"reason": "presence_too_early"}
    policies.check_not_too_early(was, early, earliest=NOON - 3 * HOUR)
    policies.check_not_too_early(presence(RINAT, (NOON - 3 * HOUR, None)), early, earliest=NOON)


@pytest.mark.parametrize(
    ("speaker", "about", "foreman_is_there", "may"),
    [
        (RINAT, [TIMUR, PAVEL], True, True),
        (TIMUR, [TIMUR], True, True),
        (TIMUR, [RINAT], True, False),
        (TIMUR, [TIMUR, PAVEL], True, False),
        (TIMUR, [RINAT, PAVEL], False, True),
        (PAVEL, [PAVEL], True, True),
        (PAVEL, [TIMUR], False, False),
    ],
)
def test_the_foreman_speaks_for_all_and_others_for_themselves(speaker, about, foreman_is_there, may):
    rinat = presence(RINAT, (NOON, None)) if foreman_is_there else presence(RINAT)
    known = [rinat, presence(TIMUR, (NOON, None))]

    if may:
        policies.check_may_record(speaker, about, known, foreman=RINAT)
    else:
        with pytest.raises(PresenceNotYours):
            policies.check_may_record(speaker, about, known, foreman=RINAT)


def test_whoever_is_away_is_not_expected_unless_he_taps_himself():
    planned = [
        Planned(RINAT, 2, is_away=True),
        Planned(TIMUR, 1, is_away=False),
        Planned(PAVEL, 1, is_away=True),
    ]

    found = policies.at_arrival(planned, arrived=RINAT, at=NOON)

    assert [(one.worker_id, one.was_there) for one in found] == [(RINAT, True), (TIMUR, True), (PAVEL, False)]


def test_somebody_was_there():
    with pytest.raises(NobodyPresent):
        policies.replaced([presence(RINAT, (NOON, None))], [presence(RINAT)])


@pytest.mark.parametrize(
    ("intervals", "taken"),
    [
        ([], None),
        ([(NOON - HOUR, None)], (NOON, NOON + 4 * HOUR)),
        ([(NOON + HOUR, None)], (NOON + HOUR, NOON + 4 * HOUR)),
        ([(NOON, NOON + HOUR)], (NOON, NOON + HOUR)),
        ([(NOON, NOON + 9 * HOUR)], (NOON, NOON + 4 * HOUR)),
        ([(NOON + 5 * HOUR, None)], None),
        ([(NOON - 2 * HOUR, NOON - HOUR)], None),
    ],
)
def test_a_visit_takes_the_time_from_coming_to_leaving(intervals, taken):
    found = policies.time_taken(presence(RINAT, *intervals), starts_at=NOON, ends_at=NOON + 4 * HOUR)

    assert found == taken


WORKERS = [UUID(int=number) for number in range(1, 7)]
CREWS = st.dictionaries(st.sampled_from(WORKERS), st.integers(1, 1000), min_size=1)


@given(line_kop=st.integers(0, 10**9), crews=st.lists(CREWS, min_size=1, max_size=6))
def test_after_any_corrections_the_rows_of_a_line_add_up_and_pay_those_who_were_there(line_kop, crews):
    first = list(crews[0].items())
    parts = split_kop(line_kop, [share for _, share in first])
    rows = [Paid(uuid7(), worker_id, part) for (worker_id, _), part in zip(first, parts, strict=True)]

    for crew in crews[1:]:
        before = list(rows)
        differences = divide_anew(rows, [Sharer(*one) for one in crew.items()])
        rows += [Paid(uuid7(), one.worker_id, one.amount_kop) for one in differences]

        assert rows[: len(before)] == before
        assert sum(one.amount_kop for one in differences) == 0
        assert all(one.recalculation_of in {row.id for row in before} for one in differences)
    has = {
        worker_id: sum(row.amount_kop for row in rows if row.worker_id == worker_id) for worker_id in WORKERS
    }
    last = crews[-1]
    assert sum(has.values()) == line_kop
    assert {worker_id for worker_id, amount in has.items() if amount} <= set(last)
    exact = {worker_id: line_kop * share / sum(last.values()) for worker_id, share in last.items()}
    assert all(abs(has[worker_id] - amount) < 1 for worker_id, amount in exact.items())
