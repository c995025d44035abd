"""When steps of a plan are due, who gets nothing of it, and who comes in again."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import uuid7
from app.crm.plan_reports.policies import Group, uplift
from app.crm.plans.values import Delay, PlanContent
from app.crm.touches.policies.entering import Earlier, is_too_late, may_enter
from app.crm.touches.policies.judging import Need
from app.crm.touches.policies.schedule import (
    Anchors,
    dies_at,
    due_time,
    first_steps,
    is_held_out,
    next_steps,
    next_time,
)

OMSK = ZoneInfo("Asia/Omsk")
MOSCOW = ZoneInfo("Europe/Moscow")
AT = datetime(2026, 3, 2, 12, 30, tzinfo=MOSCOW)
"""A Monday."""


def delay(**fields):
    return msgspec.convert(fields, Delay)


def due(now=AT, zone=MOSCOW, due_on=None, born_on=None, ready_on=None, previous_at=None, **fields):
    anchors = Anchors(AT, zone, due_on, born_on, ready_on)
    found = due_time(delay(**fields), anchors, previous_at=previous_at, now=now)
    return found.astimezone(zone).strftime("%Y-%m-%d %H:%M") if found else None


@pytest.mark.covers("R31", "R33")
@pytest.mark.parametrize(
    ("fields", "at"),
    [
        ({"amount": 10, "unit": "minute"}, "2026-03-02 12:40"),
        ({"amount": 1}, "2026-03-03 12:30"),
        ({"amount": 1, "at_local": "11:00"}, "2026-03-03 11:00"),
        ({"amount": 0, "at_local": "11:00"}, "2026-03-03 11:00"),
        ({"amount": 0, "at_local": "13:00"}, "2026-03-02 13:00"),
        ({"amount": 2, "unit": "week"}, "2026-03-16 12:30"),
        ({"amount": 5, "weekdays": [1, 2, 3, 4, 5]}, "2026-03-09 12:30"),
        ({"amount": 1, "anchor": "due"}, None),
        ({"amount": 30, "is_before": True, "anchor": "due", "due_on": date(2026, 5, 1)}, "2026-04-01 10:00"),
        (
            {"amount": 1, "unit": "month", "is_before": True, "anchor": "due", "due_on": date(2026, 3, 31)},
            "2026-02-28 10:00",
        ),
        ({"anchor": "birthday", "born_on": date(1980, 3, 2), "at_local": "11:00"}, "2026-03-02 11:00"),
        ({"anchor": "birthday", "born_on": date(1980, 3, 1), "at_local": "11:00"}, "2027-03-01 11:00"),
        ({"anchor": "birthday", "born_on": date(1980, 2, 29), "at_local": "11:00"}, "2027-02-28 11:00"),
        (
            {"anchor": "birthday", "born_on": date(1980, 3, 4), "amount": 3, "is_before": True},
            "2027-03-01 10:00",
        ),
        (
            {"anchor": "birthday", "born_on": date(1980, 2, 20), "amount": 20},
            "2026-03-12 10:00",
        ),
        ({"anchor": "birthday"}, None),
        ({"anchor": "ready"}, None),
        (
            {"amount": 2, "is_before": True, "anchor": "ready", "ready_on": date(2026, 3, 20)},
            "2026-03-18 10:00",
        ),
        (
            {"amount": 1, "anchor": "ready", "ready_on": date(2026, 3, 20), "at_local": "12:00"},
            "2026-03-21 12:00",
        ),
    ],
)
def test_a_step_is_due_by_its_delay_and_the_clients_clocks(fields, at):
    assert due(**fields) == at


def test_a_time_of_day_is_by_the_clocks_of_the_clients_site():
    assert due(zone=OMSK, amount=1, at_local="11:00") == "2026-03-03 11:00"
    assert due_time(delay(amount=1, at_local="11:00"), Anchors(AT, OMSK), now=AT) == datetime(
        2026, 3, 3, 5, 0, tzinfo=UTC
    )


def test_days_keep_the_time_of_day_when_clocks_change():
    berlin = ZoneInfo("Europe/Berlin")
    before = datetime(2026, 3, 28, 12, 0, tzinfo=berlin)
    found = due_time(delay(amount=1), Anchors(before, berlin), now=before)

    assert found.astimezone(berlin).hour == 12


PLAN = msgspec.convert(
    {
        "audience": {"trigger": "request"},
        "stops": ["replied"],
        "steps": [
            {"code": "call", "task": {"channel": "call", "note": "x", "responsible": {"by": "owner"}}},
            {
                "code": "again",
                "after": "call",
                "on": ["no_answer"],
                "message": {"template": "t", "channels": [{"channel": "sms"}]},
                "repeat": {"every": {"amount": 3, "unit": "month"}, "times": 3},
            },
        ],
    },
    PlanContent,
)


@pytest.mark.covers("R30", "R34")
def test_a_step_follows_the_ends_it_names_and_repeats_as_often_as_it_says():
    again = PLAN.step("again")

    assert [step.code for step in first_steps(PLAN)] == ["call"]
    assert [step.code for step in next_steps(PLAN, "call", "no_answer")] == ["again"]
    assert list(next_steps(PLAN, "call", "agreed")) == []
    assert next_time(again, attempt=1, due_at=AT, zone=MOSCOW) == datetime(2026, 6, 2, 9, 30, tzinfo=UTC)
    assert next_time(again, attempt=3, due_at=AT, zone=MOSCOW) is None
    assert next_time(PLAN.step("call"), attempt=1, due_at=AT, zone=MOSCOW) is None


@given(st.uuids(), st.integers(0, 5_000), st.integers(0, 5_000))
def test_the_same_client_is_always_held_out_or_never(client_id: UUID, less: int, more: int):
    less, more = sorted((less, more))

    assert is_held_out("fan", client_id, less) == is_held_out("fan", client_id, less)
    assert not is_held_out("fan", client_id, less) or is_held_out("fan", client_id, more)


def test_so_many_of_ten_thousand_are_held_out():
    ids = [UUID(int=n * 7919) for n in range(4_000)]

    assert 320 < sum(is_held_out("fan", one, 1_000) for one in ids) < 480
    assert not any(is_held_out("fan", one, 0) for one in ids)


NEED = Need("net", uuid7(), date(2026, 4, 1))


@pytest.mark.parametrize(
    ("fields", "earlier", "need", "comes_in"),
    [
        ({}, [], None, True),
        ({}, [Earlier(AT, True, None)], None, True),
        ({"re_entry": {"key": "client"}}, [Earlier(AT - timedelta(days=900), False, None)], None, False),
        ({"re_entry": {"cooldown_days": 30}}, [Earlier(AT - timedelta(days=29), False, None)], None, False),
        ({"re_entry": {"cooldown_days": 30}}, [Earlier(AT - timedelta(days=31), False, None)], None, True),
        (
            {"audience": {"trigger": "status", "statuses": ["fan"]}},
            [Earlier(AT, True, None)],
            None,
            False,
        ),
        ({"audience": {"trigger": "track"}}, [Earlier(AT, True, date(2026, 3, 20))], NEED, False),
        ({"audience": {"trigger": "track"}}, [Earlier(AT, True, date(2026, 3, 1))], NEED, True),
        ({"audience": {"trigger": "track"}}, [Earlier(AT, False, date(2026, 4, 1))], NEED, True),
        ({"audience": {"trigger": "track"}}, [Earlier(AT, False, date(2026, 3, 25), True)], NEED, False),
    ],
)
def test_a_client_comes_in_again_only_as_the_plan_allows(fields, earlier, need, comes_in):
    content = msgspec.convert(msgspec.to_builtins(PLAN) | fields, PlanContent)

    assert may_enter(content, earlier, need=need, now=AT) is comes_in


def test_a_need_for_which_every_step_comes_too_late_brings_nobody_in():
    steps = [
        {
            "code": "before",
            "delay": {"amount": 30, "is_before": True, "anchor": "due"},
            "lives": {"amount": 14},
            "message": {"template": "t", "channels": [{"channel": "sms"}]},
        }
    ]
    content = msgspec.convert(
        msgspec.to_builtins(PLAN) | {"audience": {"trigger": "track"}, "steps": steps}, PlanContent
    )

    assert not is_too_late(content, NEED, MOSCOW, now=AT)
    assert not is_too_late(content, NEED, MOSCOW, now=AT + timedelta(days=10))
    assert is_too_late(content, NEED, MOSCOW, now=AT + timedelta(days=20))
    assert dies_at(content.steps[0], AT, MOSCOW) == (AT + timedelta(days=14)).astimezone(UTC)


def test_the_uplift_of_small_groups_is_said_with_a_wide_interval():
    found = uplift(Group(20, 8), Group(10, 2))

    assert found is not None
    assert found.difference == pytest.approx(0.2)
    assert found.error == pytest.approx(0.33, abs=0.02)
    assert uplift(Group(20, 8), Group()) is None
