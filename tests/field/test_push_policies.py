"""The sequence of a phone's commands against the plainest account of it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from app.field.commands.policies import Confidence
from app.field.push.policies import (
    WAITING_MAX,
    NumberFault,
    PhoneClock,
    clock_after,
    ends_of,
    fault_of_number,
    next_seq_after,
    place_in_time,
)

pytestmark = pytest.mark.covers("M29", "P-rel-4")

NOON = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def an_id(seq: int, phone: int = 0) -> UUID:
    return UUID(int=seq + phone * 10**9)


class Sequence(RuleBasedStateMachine):
    """Commands come in any order, twice and with gaps; the phone loses numbers and begins to count anew.

    The oracle is a set: every number up to the first that neither came nor was lost has been let through, once.
    """

    def __init__(self) -> None:
        super().__init__()
        self.next_seq = 0
        self.holders: dict[int, UUID] = {}
        self.lost: list[tuple[int, int]] = []
        self.came: set[int] = set()
        self.run: list[int] = []

    def let_through(self) -> None:
        next_seq = next_seq_after(self.next_seq, self.holders.keys(), self.lost)
        self.run += [one for one in range(self.next_seq, next_seq) if one in self.holders]
        self.next_seq = next_seq

    @rule(seqs=st.lists(st.integers(0, 30), max_size=6))
    def send(self, seqs: list[int]) -> None:
        for seq in seqs:
            fault = fault_of_number(seq, an_id(seq), holders=self.holders, next_seq=self.next_seq)
            if fault is None:
                if seq < self.next_seq and seq not in self.holders:
                    self.run.append(seq)  # it was lost, and found again
                self.holders[seq] = an_id(seq)
                self.came.add(seq)
        self.let_through()

    @rule(start=st.integers(0, 30), count=st.integers(1, 5))
    def lose(self, start: int, count: int) -> None:
        self.lost.append((start, start + count))
        self.let_through()

    @rule(seq=st.integers(0, 30))
    def count_anew(self, seq: int) -> None:
        fault = fault_of_number(seq, an_id(seq, phone=1), holders=self.holders, next_seq=self.next_seq)

        assert (fault == NumberFault.USED) == (seq in self.holders)

    @invariant()
    def nothing_ran_twice_and_nothing_that_may_run_waits(self) -> None:
        lost = {one for start, until in self.lost for one in range(start, until)}
        expected = next(one for one in range(100) if one not in self.came and one not in lost)
        assert self.next_seq >= expected
        assert len(self.run) == len(set(self.run))
        assert {one for one in self.came if one < self.next_seq} == set(self.run)


TestSequence = Sequence.TestCase


@given(st.permutations(range(12)), st.integers(1, 5))
def test_any_order_and_any_batches_let_the_same_through(order, size):
    holders, next_seq, seen = {}, 0, []
    for start in range(0, 12, size):
        holders |= {seq: an_id(seq) for seq in order[start : start + size]}
        before, next_seq = next_seq, next_seq_after(next_seq, holders.keys(), [])
        seen += range(before, next_seq)

    assert seen == list(range(12))


def test_a_number_is_needed_and_not_too_far_ahead():
    assert fault_of_number(None, an_id(0), holders={}, next_seq=0) == NumberFault.MISSING
    assert fault_of_number(WAITING_MAX, an_id(0), holders={}, next_seq=0) == NumberFault.TOO_FAR


@given(
    st.integers(-48 * 3600, 48 * 3600),
    st.integers(0, 8 * 3600),
)
def test_any_skew_up_to_two_days_is_found_and_put_right(skew_s, ago_s):
    skew, ago = timedelta(seconds=skew_s), timedelta(seconds=ago_s)
    clock = clock_after(PhoneClock(None, None), sent_at=NOON + skew, received_at=NOON)

    times, is_backdated = place_in_time(
        NOON - ago + skew, sent_at=NOON + skew, received_at=NOON, clock=clock, not_before=None, not_after=None
    )

    assert (times.corrected_at, times.clock_offset, is_backdated) == (NOON - ago, -skew, False)


@given(st.integers(600, 48 * 3600), st.booleans(), st.integers(60, 8 * 3600))
def test_a_clock_that_was_set_since_is_found_by_the_order(skew_s, is_fast, ago_s):
    """The phone was wrong when the worker tapped, and right when it sent. Its earlier batch showed how wrong."""
    skew = timedelta(seconds=skew_s) * (1 if is_fast else -1)
    last = NOON - timedelta(seconds=ago_s) - timedelta(minutes=2)
    was = PhoneClock(-skew, None)
    clock = clock_after(was, sent_at=NOON, received_at=NOON)
    tapped = NOON - timedelta(seconds=ago_s)

    times, is_backdated = place_in_time(
        tapped + skew, sent_at=NOON, received_at=NOON, clock=clock, not_before=last, not_after=None
    )

    is_ambiguous = last - timedelta(minutes=1) <= tapped + skew <= NOON + timedelta(minutes=1)
    assert is_ambiguous or (times.corrected_at, times.clock_confidence) == (tapped, Confidence.DEVICE)
    assert not is_backdated


def test_what_fits_no_clock_is_flagged_and_counts_after_the_earlier_command():
    clock = PhoneClock(timedelta(), None)

    times, is_backdated = place_in_time(
        NOON - 5 * HOUR,
        sent_at=NOON,
        received_at=NOON,
        clock=clock,
        not_before=NOON - 2 * HOUR,
        not_after=None,
    )

    assert (times.corrected_at, times.clock_confidence) == (NOON - 2 * HOUR, Confidence.NONE)
    assert is_backdated


def test_a_command_was_given_before_whatever_came_after_it_was_here():
    """Its clock was set between its tap and its sending. By the new clock it would lie after the next command."""
    was = PhoneClock(timedelta(), None)
    clock = clock_after(was, sent_at=NOON - 2 * HOUR, received_at=NOON)

    times, is_backdated = place_in_time(
        NOON - 3 * HOUR,
        sent_at=NOON - 2 * HOUR,
        received_at=NOON,
        clock=clock,
        not_before=NOON - 4 * HOUR,
        not_after=NOON - timedelta(hours=2.5),
    )

    assert (times.corrected_at, times.clock_confidence) == (NOON - 3 * HOUR, Confidence.DEVICE)
    assert not is_backdated


@given(st.lists(st.none() | st.integers(0, 100), max_size=8))
def test_what_ends_a_later_command_ends_the_earlier_ones(hours):
    moments = [None if one is None else NOON + one * HOUR for one in hours]

    ends = ends_of(moments)

    assert len(ends) == len(moments)
    for place, end in enumerate(ends):
        assert end == min((one for one in moments[place:] if one is not None), default=None)


def test_drift_and_the_time_of_transfer_are_no_other_clock():
    clock = PhoneClock(timedelta(seconds=10), None)

    assert clock_after(clock, sent_at=NOON, received_at=NOON + timedelta(seconds=50)).before is None
    assert clock_after(clock, sent_at=NOON, received_at=NOON + HOUR).before == timedelta(seconds=10)
