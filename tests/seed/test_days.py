"""The plan of the demo's days, on dates and at hours that break calendars. Nothing is created here."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from app.seed.day import moments
from app.seed.days import Act, Beat, Course, Planned, beats_of, plan_days, scene_hours, united, usual_hours

MOSCOW, BERLIN, KAMCHATKA = (ZoneInfo(one) for one in ("Europe/Moscow", "Europe/Berlin", "Asia/Kamchatka"))
MOMENTS = [
    datetime(2026, 6, 10, 0, 3, tzinfo=MOSCOW),
    datetime(2026, 6, 10, 0, 30, tzinfo=MOSCOW),
    datetime(2026, 6, 10, 12, 0, tzinfo=MOSCOW),
    datetime(2026, 6, 10, 23, 30, tzinfo=MOSCOW),
    datetime(2028, 2, 29, 9, 17, tzinfo=MOSCOW),
    datetime(2026, 12, 31, 23, 59, tzinfo=KAMCHATKA),
    datetime(2026, 3, 29, 3, 10, tzinfo=BERLIN),  # the clocks have just been set forward
    datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN),  # the hour that comes twice
]
each_moment = pytest.mark.parametrize("local", MOMENTS, ids=lambda one: f"{one:%Y-%m-%d %H:%M}")


def planned(local: datetime) -> tuple[datetime, ZoneInfo, list[Planned]]:
    zone = local.tzinfo
    assert isinstance(zone, ZoneInfo)
    now = local.astimezone(UTC)
    return now, zone, plan_days(now, zone)


@each_moment
def test_at_any_hour_each_of_the_ten_days_has_its_visits(local: datetime):
    _, zone, visits = planned(local)

    days = Counter((one.starts_at.astimezone(zone).date() - local.date()).days for one in visits)

    assert 120 <= len(visits) <= 200
    assert 22 <= days[0] <= 50
    assert days[-1] >= 20
    assert set(days) - {-2} == {-8, *range(-1, 8)}, "at night the scene begins on the day before"


@each_moment
def test_at_any_hour_something_happens_now(local: datetime):
    now, zone, visits = planned(local)

    around = {
        beat.act
        for number, one in enumerate(visits)
        if abs(one.starts_at - now) < timedelta(hours=4)
        for beat in beats_of(number, one, now, zone)
    }

    assert around == set(Act)
    late = [one for one in visits if one.course is Course.FORGOTTEN]
    assert all(one.starts_at < now < one.ends_at for one in late)


@each_moment
def test_somebody_has_finished_today_at_any_hour(local: datetime):
    now, zone, visits = planned(local)

    finished = [
        visits[beat.visit]
        for number, one in enumerate(visits)
        for beat in beats_of(number, one, now, zone)
        if beat.act is Act.COMPLETE and one.ends_at.astimezone(zone).date() == local.date()
    ]

    assert finished or local.time().minute < 5, "in the first minutes of a day nobody has"


@each_moment
def test_only_the_scene_has_visits_to_which_nobody_goes(local: datetime):
    now, _, visits = planned(local)

    left = [one for one in visits if one.starts_at < now and one.course is Course.PLANNED]

    assert left == []


@each_moment
def test_nobody_is_at_two_places_at_once(local: datetime):
    _, _, visits = planned(local)

    clashes = [
        (one, another)
        for number, one in enumerate(visits)
        for another in visits[number + 1 :]
        if one.who == another.who and one.starts_at < another.ends_at and another.starts_at < one.ends_at
    ]

    assert clashes == []


@each_moment
def test_everybody_is_on_shift_when_he_works_and_no_shift_is_longer_than_a_day(local: datetime):
    now, zone, visits = planned(local)
    usual = usual_hours(local.date() - timedelta(days=10), 20, zone)

    shifts = united([*usual, scene_hours(now)])

    assert all(until - since < timedelta(days=1) for since, until in shifts)
    off_shift = [
        one
        for one in visits
        if not any(since <= one.starts_at and one.ends_at <= until for since, until in shifts)
    ]
    assert off_shift == []


@each_moment
def test_time_does_not_run_backwards_and_stops_now(local: datetime):
    now, zone, visits = planned(local)
    beats = [beat for number, one in enumerate(visits) for beat in beats_of(number, one, now, zone)]

    stops = list(moments(beats, now))

    assert [moment for moment, _ in stops] == sorted({moment for moment, _ in stops})
    assert stops[-1][0] == now
    assert sum(len(due) for _, due in stops) == len(beats)
    assert all(beat.at <= moment for moment, due in stops for beat in due)
    in_order = [beat for _, due in stops for beat in due if beat.visit == 0]
    assert in_order == sorted(in_order, key=lambda beat: beat.at)


def test_what_happens_long_ago_happens_in_long_steps_and_the_rest_in_short_ones():
    now = datetime(2026, 6, 10, 9, 0, tzinfo=UTC)
    beats = [Beat(now - timedelta(minutes=minutes), Act.START, 0) for minutes in (600, 590, 61, 59, 2)]

    at = {moment: len(due) for moment, due in moments(beats, now) if due}

    assert at == {
        now - timedelta(minutes=600): 1,
        now - timedelta(minutes=540): 1,
        now - timedelta(minutes=60): 1,
        now - timedelta(minutes=55): 1,
        now: 1,
    }


def test_dates_of_the_plan_follow_the_zone_of_the_company():
    just_after_midnight = datetime(2026, 6, 10, 0, 30, tzinfo=KAMCHATKA)

    visits = plan_days(just_after_midnight.astimezone(UTC), KAMCHATKA)

    last = max(one.starts_at.astimezone(KAMCHATKA).date() for one in visits)
    assert last == date(2026, 6, 17)
