"""A process uses the database's clock, even if the clock of its own machine is wrong."""

from datetime import UTC, datetime, timedelta

import pytest

from app.core import clock
from app.core.clock import EPOCH, Clock, DatabaseTime
from app.core.ids import lowest_id_at, uuid7
from tests.cast import NOON

MS = 1_000_000
S = 1000 * MS


class Machine:
    """Its two clocks, moved by hand."""

    def __init__(self) -> None:
        self.monotonic = 5 * S
        self.wall = 0

    def monotonic_ns(self) -> int:
        return self.monotonic

    def time_ns(self) -> int:
        return self.wall


@pytest.fixture
def machine(monkeypatch) -> Machine:
    machine = Machine()
    monkeypatch.setattr(clock, "time", machine)
    return machine


def said(time: DatabaseTime) -> datetime:
    return EPOCH + timedelta(microseconds=time.ns() // 1000)


def test_it_is_the_machines_own_until_the_database_has_answered(machine):
    machine.wall = 1000 * S

    assert said(DatabaseTime()) == EPOCH + timedelta(seconds=1000)


def test_it_counts_on_from_what_the_database_said_in_the_middle_of_the_question(machine):
    time = DatabaseTime()
    time.learn(NOON, asked_ns=4 * S, answered_ns=5 * S)

    machine.wall += 600 * S  # somebody sets the machine's clock
    machine.monotonic += 10 * S

    assert said(time) == NOON + timedelta(seconds=10.5)


def test_a_slow_answer_does_not_replace_a_quick_one(machine):
    time = DatabaseTime()
    time.learn(NOON, asked_ns=5 * S, answered_ns=5 * S + 2 * MS)
    before = time.ns()

    time.learn(NOON + timedelta(milliseconds=300), asked_ns=5 * S, answered_ns=5 * S + 400 * MS)

    assert time.ns() == before


def test_a_slow_answer_counts_when_the_quick_one_is_old(machine):
    time = DatabaseTime()
    time.learn(NOON, asked_ns=0, answered_ns=2 * MS)

    time.learn(
        NOON + timedelta(seconds=1000, milliseconds=3), asked_ns=1000 * S, answered_ns=1000 * S + 10 * MS
    )

    machine.monotonic = 1000 * S + 5 * MS
    assert said(time) == NOON + timedelta(seconds=1000, milliseconds=3)


@pytest.mark.parametrize("set_by", [timedelta(minutes=10), timedelta(minutes=-10)])
def test_it_follows_a_database_whose_clock_was_set(machine, set_by):
    time = DatabaseTime()
    time.learn(NOON, asked_ns=5 * S, answered_ns=5 * S)

    time.learn(NOON + set_by, asked_ns=5 * S, answered_ns=5 * S + 100 * MS)

    assert abs(said(time) - NOON - set_by) <= timedelta(milliseconds=50)


def test_ids_are_drawn_by_the_same_clock(monkeypatch):
    ahead = DatabaseTime()
    ahead.learn(
        datetime.now(UTC) + timedelta(minutes=10),
        asked_ns=(now := clock.time.monotonic_ns()),
        answered_ns=now,
    )
    monkeypatch.setattr("app.core.clock.database_time", ahead)
    monkeypatch.setattr("app.core.ids.database_time", ahead)
    monkeypatch.setattr("app.core.ids._latest", 0)  # put back after: later tests draw ids of their own time

    assert uuid7() > lowest_id_at(datetime.now(UTC) + timedelta(minutes=9))
    assert Clock().now() > datetime.now(UTC) + timedelta(minutes=9)
