"""What the history of visits says of working time, whatever the history is."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.hours import Span, merged
from app.dispatch.api import Interval
from app.field.timesheet.policies import (
    TOLD_BY,
    Correction,
    Tap,
    TimeKind,
    TimeSaid,
    Visited,
    by_day,
    timeline,
)

pytestmark = pytest.mark.covers("M33")

PAVEL, RINAT, TIMUR = UUID(int=1), UUID(int=2), UUID(int=3)
FIRST, SECOND = UUID(int=11), UUID(int=12)
MOSCOW = ZoneInfo("Europe/Moscow")
MONDAY = date(2026, 3, 2)
TRAVEL, WORK, PAUSE = TimeKind.TRAVEL, TimeKind.WORK, TimeKind.PAUSE


def at(clock: str, day: int = 2) -> datetime:
    """By the clocks of Moscow in March 2026."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 3, day, hour, minute, tzinfo=MOSCOW).astimezone(UTC)


def visited(*taps: tuple[str, str], visit=FIRST, by=PAVEL, presence=None, is_booked=True) -> Visited:
    """`taps` are (kind, clock) or (kind, clock, day)."""
    return Visited(visit, [Tap(kind, at(*when), by) for kind, *when in taps], presence, is_booked)


def there(came: str, left: str | None = None) -> Interval:
    return Interval(at(came), at(left) if left else None)


def told(worker: UUID, *visits: Visited, corrections=()) -> list[tuple[str, str, str]]:
    found = timeline(visits, worker, corrections).stretches
    return [(one.kind, _clock(one.starts_at), _clock(one.ends_at)) for one in found]


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(MOSCOW):%H:%M}"


USUAL = [
    ("en_route", "09:00"),
    ("on_site", "09:40"),
    ("in_progress", "09:50"),
    ("paused", "12:00"),
    ("in_progress", "12:30"),
    ("completed", "15:00"),
]
USUAL_DAY = [
    (TRAVEL, "09:00", "09:40"),
    (WORK, "09:40", "12:00"),
    (PAUSE, "12:00", "12:30"),
    (WORK, "12:30", "15:00"),
]


def test_a_visit_is_travel_until_the_arrival_and_then_work_except_in_pauses():
    assert told(PAVEL, visited(*USUAL)) == USUAL_DAY


def test_a_pause_of_a_visit_gives_way_to_another_visit():
    second = visited(("en_route", "12:10"), ("on_site", "12:20"), ("completed", "12:25"), visit=SECOND)

    assert told(PAVEL, visited(*USUAL), second) == [
        *USUAL_DAY[:2],
        (PAUSE, "12:00", "12:10"),
        (TRAVEL, "12:10", "12:20"),
        (WORK, "12:20", "12:25"),
        (PAUSE, "12:25", "12:30"),
        USUAL_DAY[3],
    ]


def test_two_visits_at_the_same_time_are_counted_once_and_what_was_said_last_holds():
    first = visited(("on_site", "09:00"), ("completed", "12:00"))
    second = visited(("on_site", "11:00"), ("completed", "13:00"), visit=SECOND)

    line = timeline([first, second], PAVEL, [])
    (day,) = by_day(line, [MONDAY], MOSCOW)

    assert [one.visit_id for one in line.stretches] == [FIRST, SECOND]
    assert day.total(WORK) == timedelta(hours=4)
    assert day.overlap == timedelta(hours=1)


def test_a_visit_that_never_ended_is_shown_as_open_and_counts_for_nothing():
    line = timeline([visited(("en_route", "17:00"), ("on_site", "18:00"))], PAVEL, [])
    (day,) = by_day(line, [MONDAY], MOSCOW)

    assert day.total(WORK) == timedelta()
    assert day.total(TRAVEL) == timedelta(hours=1)
    assert [(one.kind, one.since, one.ended_at) for one in day.unended] == [(WORK, at("18:00"), None)]


def test_a_visit_that_was_ended_the_next_noon_is_open_too():
    line = timeline([visited(("on_site", "18:00"), ("completed", "12:00", 3))], PAVEL, [])

    assert line.stretches == []
    assert [one.ended_at for one in line.unended] == [at("12:00", 3)]


def test_work_over_midnight_is_divided_between_the_days():
    line = timeline([visited(("on_site", "20:00"), ("completed", "03:00", 3))], PAVEL, [])

    days = by_day(line, [MONDAY, date(2026, 3, 3)], MOSCOW)
    assert [day.total(WORK) for day in days] == [timedelta(hours=4), timedelta(hours=3)]


def test_a_visit_that_goes_on_the_next_day_has_no_pause_of_a_night():
    taps = [
        ("on_site", "09:00"),
        ("paused", "18:00"),
        ("in_progress", "09:00", 3),
        ("completed", "12:00", 3),
    ]

    assert told(PAVEL, visited(*taps)) == [(WORK, "09:00", "18:00"), (WORK, "09:00", "12:00")]


def test_members_of_a_crew_travel_with_whoever_tapped_if_they_were_there_on_arrival():
    taps = [("en_route", "09:00"), ("on_site", "10:00"), ("completed", "14:00")]

    together = visited(*taps, by=RINAT, presence=(there("10:00", "12:00"),))
    came_later = visited(*taps, by=RINAT, presence=(there("11:00"),))
    was_absent = visited(*taps, by=RINAT, presence=())
    assert told(TIMUR, together) == [(TRAVEL, "09:00", "10:00"), (WORK, "10:00", "12:00")]
    assert told(TIMUR, came_later) == [(WORK, "11:00", "14:00")]
    assert told(TIMUR, was_absent) == []


def test_whoever_came_and_went_twice_works_only_while_he_is_there():
    taps = [("on_site", "10:00"), ("completed", "14:00")]
    presence = (there("10:00", "11:00"), there("12:00", "13:00"))

    assert told(TIMUR, visited(*taps, by=RINAT, presence=presence)) == [
        (WORK, "10:00", "11:00"),
        (WORK, "12:00", "13:00"),
    ]


def test_whoever_came_before_the_tap_or_stayed_after_it_is_counted_as_recorded():
    taps = [("en_route", "09:00"), ("on_site", "10:00"), ("paused", "13:00"), ("not_completed", "14:00")]

    assert told(TIMUR, visited(*taps, by=RINAT, presence=(there("09:30", "15:00"),))) == [
        (TRAVEL, "09:00", "09:30"),
        (WORK, "09:30", "13:00"),
        (PAUSE, "13:00", "14:00"),
        (WORK, "14:00", "15:00"),
    ]


def test_a_visit_taken_away_on_the_way_counts_as_travel_of_whoever_set_out():
    taken = visited(("en_route", "09:00"), ("withdrawn", "09:30"), is_booked=False)

    assert told(PAVEL, taken) == [(TRAVEL, "09:00", "09:30")]
    assert told(TIMUR, taken._replace(is_booked=True)) == []


def test_a_tap_whose_time_is_earlier_than_the_one_before_is_moved_up_to_it():
    wrong_clock = visited(("on_site", "10:00"), ("in_progress", "09:00"), ("completed", "11:00"))

    assert told(PAVEL, wrong_clock) == [(WORK, "10:00", "11:00")]


def corrected(says: TimeSaid, begins: str, ends: str, *, number: int = 1) -> Correction:
    return Correction(UUID(int=100 + number), at(begins), at(ends), says, None)


def test_a_correction_replaces_what_was_counted_in_its_time_and_no_other():
    nothing = corrected(TimeSaid.NOTHING, "12:15", "13:00")
    travel = corrected(TimeSaid.TRAVEL, "15:00", "16:00", number=2)

    assert told(PAVEL, visited(*USUAL), corrections=[nothing, travel]) == [
        *USUAL_DAY[:2],
        (PAUSE, "12:00", "12:15"),
        (WORK, "13:00", "15:00"),
        (TRAVEL, "15:00", "16:00"),
    ]


def test_a_later_correction_holds_and_can_bring_back_what_was_tapped():
    wrong = corrected(TimeSaid.NOTHING, "09:00", "15:00")
    back = corrected(TimeSaid.AS_TAPPED, "09:00", "15:00", number=2)

    assert told(PAVEL, visited(*USUAL), corrections=[wrong, back]) == USUAL_DAY


def test_a_correction_settles_what_never_ended():
    open_ = visited(("on_site", "10:00"))
    says = [corrected(TimeSaid.WORK, "10:00", "14:00")]

    assert timeline([open_], PAVEL, says).unended == []
    assert told(PAVEL, open_, corrections=says) == [(WORK, "10:00", "14:00")]
    again = [*says, corrected(TimeSaid.AS_TAPPED, "10:00", "14:00", number=2)]
    assert len(timeline([open_], PAVEL, again).unended) == 1


# Any history at all

MOMENTS = st.integers(0, 4 * 24 * 60).map(lambda minutes: at("00:00") + timedelta(minutes=minutes))
TAPS = st.builds(Tap, st.sampled_from(sorted(TOLD_BY)), MOMENTS, st.sampled_from([PAVEL, RINAT, None]))


@st.composite
def intervals(draw) -> tuple[Interval, ...]:
    moments = sorted(draw(st.sets(MOMENTS, max_size=6)))
    pairs = list(zip(moments[::2], [*moments[1::2], None], strict=False))
    return tuple(Interval(came, left) for came, left in pairs)


VISITS = st.lists(
    st.builds(
        Visited,
        st.integers(1, 5).map(lambda number: UUID(int=number)),
        st.lists(TAPS, max_size=8),
        st.one_of(st.none(), intervals()),
        st.booleans(),
    ),
    max_size=5,
)


@st.composite
def corrections(draw) -> list[Correction]:
    said = draw(st.lists(st.tuples(MOMENTS, st.integers(1, 1440), st.sampled_from(TimeSaid)), max_size=4))
    return [
        Correction(UUID(int=number), begins, begins + timedelta(minutes=length), says, None)
        for number, (begins, length, says) in enumerate(said, start=1)
    ]


def length(spans) -> timedelta:
    return sum((ends - begins for begins, ends, *_ in spans), timedelta())


@given(VISITS)
def test_any_history_gives_stretches_that_do_not_overlap_and_sum_up_to_the_time_that_passed(visits):
    line = timeline(visits, PAVEL, [])

    passed = merged(Span(one.since, one.until) for one in line.claimed)
    assert all(one.length > timedelta() for one in line.stretches)
    assert all(
        one.ends_at <= two.starts_at for one, two in zip(line.stretches, line.stretches[1:], strict=False)
    )
    assert length(line.stretches) == length(passed)


@given(VISITS, corrections())
def test_corrections_never_make_stretches_overlap_and_hold_in_all_their_time(visits, corrections):
    line = timeline(visits, PAVEL, corrections)

    assert all(
        one.ends_at <= two.starts_at for one, two in zip(line.stretches, line.stretches[1:], strict=False)
    )
    if corrections and (last := corrections[-1]).says in set(TimeKind):
        own = [one for one in line.stretches if one.correction_id == last.id]
        assert length(own) == last.ends_at - last.starts_at


@given(VISITS, corrections())
def test_the_sums_of_days_are_the_sum_of_their_time(visits, corrections):
    line = timeline(visits, PAVEL, corrections)

    days = by_day(line, [MONDAY + timedelta(days=number) for number in range(-2, 9)], MOSCOW)
    in_days = sum((day.total(kind) for day in days for kind in TimeKind), timedelta())
    assert in_days == length(line.stretches)
    assert sum(len(day.unended) for day in days) == len(line.unended)


@given(VISITS, st.randoms())
def test_the_order_in_which_visits_are_read_does_not_matter(visits, random):
    others = list({one.visit_id: one for one in visits}.values())
    shuffled = others.copy()
    random.shuffle(shuffled)

    assert timeline(shuffled, PAVEL, []).stretches == timeline(others, PAVEL, []).stretches
