"""Time that runs only in some hours."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.hours import (
    DayHours,
    Span,
    add_working_time,
    common,
    hours_between,
    merged,
    without,
    working_time,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
END = 400
"""Minutes after START that the oracle looks at."""


def span(since: int, until: int) -> Span:
    return Span(START + since * MINUTE, START + until * MINUTE)


spans = st.lists(
    st.tuples(st.integers(-50, END), st.integers(-50, END)).map(lambda pair: span(*pair)), max_size=6
)
"""Also empty ones, ones that end before they begin, and ones that overlap."""


def minutes_of(found) -> set[int]:
    """The oracle: every minute by itself."""
    return {
        minute
        for minute in range(-60, END + 1)
        if any(one.starts_at <= START + minute * MINUTE < one.ends_at for one in found)
    }


@given(spans, spans)
def test_spans_are_sets_of_minutes(some, others):
    assert minutes_of(merged(some)) == minutes_of(some)
    assert minutes_of(common(some, others)) == minutes_of(some) & minutes_of(others)
    assert minutes_of(without(some, others)) == minutes_of(some) - minutes_of(others)


@given(spans, st.integers(0, END), st.integers(0, END))
def test_time_between_is_counted_as_one_would_by_hand(periods, since, until):
    counted = len([minute for minute in minutes_of(periods) if since <= minute < until])

    assert working_time(START + since * MINUTE, START + until * MINUTE, periods) == counted * MINUTE


@given(spans, st.integers(0, END), st.integers(1, 120))
def test_time_is_added_as_one_would_by_hand(periods, since, amount):
    worked = sorted(minute for minute in minutes_of(periods) if minute >= since)
    if len(worked) >= amount:
        expected = worked[amount - 1] + 1
    else:
        expected = (worked[-1] + 1 if worked else since) + amount - len(worked)

    assert add_working_time(START + since * MINUTE, amount * MINUTE, periods) == START + expected * MINUTE


@given(spans, st.integers(0, END), st.integers(0, 100), st.integers(0, 100))
def test_a_longer_time_never_ends_earlier(periods, since, some, more):
    at = START + since * MINUTE

    assert add_working_time(at, some * MINUTE, periods) <= add_working_time(
        at, (some + more) * MINUTE, periods
    )


def test_without_any_hours_time_runs_by_the_clock():
    assert add_working_time(START, HOUR, []) == START + HOUR


WEEK = [DayHours(day, "08:00", "20:00") for day in range(1, 8)]
MOSCOW, BERLIN = ZoneInfo("Europe/Moscow"), ZoneInfo("Europe/Berlin")


def test_what_is_offered_in_the_evening_runs_on_in_the_morning():
    evening = datetime(2026, 3, 2, 19, 30, tzinfo=MOSCOW)

    hours = hours_between(WEEK, zone=MOSCOW, since=evening, until=evening + timedelta(days=2))

    assert add_working_time(evening, HOUR, hours) == datetime(2026, 3, 3, 8, 30, tzinfo=MOSCOW)
    at_night = datetime(2026, 3, 3, 2, 0, tzinfo=MOSCOW)
    assert add_working_time(at_night, HOUR, hours) == datetime(2026, 3, 3, 9, 0, tzinfo=MOSCOW)


def test_hours_until_midnight_and_from_midnight_are_one():
    week = [DayHours(1, "22:00", "24:00"), DayHours(2, "00:00", "02:00")]
    monday = datetime(2026, 3, 2, 12, 0, tzinfo=MOSCOW)

    hours = hours_between(week, zone=MOSCOW, since=monday, until=monday + timedelta(days=1))

    assert hours == [
        Span(datetime(2026, 3, 2, 22, 0, tzinfo=MOSCOW), datetime(2026, 3, 3, 2, 0, tzinfo=MOSCOW))
    ]


@pytest.mark.parametrize(
    ("day", "length"), [(date(2026, 3, 29), 4), (date(2026, 10, 25), 6), (date(2026, 10, 26), 5)]
)
def test_a_night_in_which_the_clocks_change_has_another_length(day, length):
    week = [DayHours(number, "00:00", "05:00") for number in range(1, 8)]
    midnight = datetime.combine(day, time(0), BERLIN)

    (night,) = hours_between(week, zone=BERLIN, since=midnight, until=midnight.replace(hour=12))

    assert night.ends_at - night.starts_at == length * HOUR


def test_a_weekend_is_passed_over():
    friday = datetime(2026, 3, 6, 19, 0, tzinfo=MOSCOW)
    week = [DayHours(day, "08:00", "20:00") for day in range(1, 6)]

    hours = hours_between(week, zone=MOSCOW, since=friday, until=friday + timedelta(days=7))

    assert add_working_time(friday, 2 * HOUR, hours) == datetime(2026, 3, 9, 9, 0, tzinfo=MOSCOW)
