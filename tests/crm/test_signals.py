"""The limits of what disappoints a client, without a database."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.crm.disappointments.policies import (
    Promise,
    Refund,
    Rework,
    judge_promise,
    judge_refund,
    judge_rework,
)
from app.crm.disappointments.values import Subject
from app.crm.rules.values import SignalRules

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ONE, TWO = UUID(int=1), UUID(int=2)
ABOUT = Subject(ONE)
USUAL = SignalRules()


def at(minutes: int | None) -> datetime | None:
    return None if minutes is None else NINE + timedelta(minutes=minutes)


@pytest.mark.covers("R16")
@pytest.mark.parametrize(
    ("tapped", "seen", "over", "expected"),
    [
        (0, None, None, None),
        (60, None, None, None),
        (61, None, None, ("late_arrival", 61)),
        (-5, 90, None, ("late_arrival", 90)),  # he said so from home
        (90, -5, None, None),  # he forgot to say so
        (None, None, None, None),
        (None, None, 60, None),
        (None, None, 61, ("no_show", None)),
        (None, -5, 200, None),  # he was there and has not said so
    ],
)
def test_positions_count_more_than_what_the_worker_says(tapped, seen, over, expected):
    found = judge_promise(Promise(ONE, ABOUT, NINE, at(tapped), at(seen), at(over)), USUAL)

    assert (None if found is None else (found.kind, found.minutes)) == expected


def test_a_company_sets_how_late_is_late():
    promise = Promise(ONE, ABOUT, NINE, at(20), None, None)

    assert judge_promise(promise, USUAL) is None
    assert judge_promise(promise, SignalRules(late_min=15)) is not None


@pytest.mark.parametrize(
    ("paid_kop", "refunded_kop", "expected"),
    [
        (1000, 99, None),
        (1000, 100, "partial_refund"),
        (1000, 999, "partial_refund"),
        (1000, 1000, "full_refund"),
        (0, 0, None),
    ],
)
def test_a_refund_disappoints_from_a_tenth_of_what_was_paid(paid_kop, refunded_kop, expected):
    found = judge_refund(Refund(ONE, TWO, ABOUT, NINE, paid_kop, refunded_kop), USUAL)

    assert (None if found is None else found.kind) == expected


@pytest.mark.parametrize(("days", "is_signal"), [(0, True), (89, True), (90, False)])
def test_rework_counts_within_the_days_of_the_rules(days, is_signal):
    now = Rework(TWO, ONE, NINE)
    before = Rework(ONE, ONE, NINE - timedelta(days=days))
    coming = Rework(UUID(int=3), ONE, NINE + timedelta(days=1))

    found = judge_rework(now, [before, now, coming], ABOUT, USUAL)

    assert (found is not None) == is_signal
    assert judge_rework(now, [before, now], ABOUT, SignalRules(rework_visits=3)) is None
