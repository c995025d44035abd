"""Where the workers of the demo have been: from home to their visits and back. The routes are pure functions."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from math import cos, radians
from typing import Any, NamedTuple
from uuid import uuid4

from app.seed.days import Course, Planned, duty_hours
from app.seed.people import CREWS, WORKERS, ZONE, Company
from app.seed.stage import Person, together

MOVING, STANDING = timedelta(minutes=1), timedelta(minutes=4)
"""Between two positions."""
ON_THE_ROAD = timedelta(minutes=25)
AT_ONCE = 500
"""Positions in one request."""
SILENT = {"ilya": timedelta(minutes=55), "ruslan": timedelta(hours=3)}
"""Phones that have been heard last so long ago."""
M_PER_DEGREE = 111_320

Place = tuple[float, float]


class Stay(NamedTuple):
    """Somebody is at a place from one moment to another."""

    since: datetime
    until: datetime
    place: Place


class Fix(NamedTuple):
    at: datetime
    place: Place
    speed_mps: float


def stays_of(home: Place, visits: list[tuple[Planned, Place]], begin: datetime, end: datetime) -> list[Stay]:
    """One day of a worker: at home, at each of his visits to which he sets out, and at home again."""
    stays: list[Stay] = []
    left_at = begin
    for visit, place in sorted(visits, key=lambda one: one[0].starts_at):
        came_at = visit.starts_at - timedelta(minutes=3)
        where = stays[-1].place if stays else home
        stays.append(Stay(left_at, max(left_at, came_at - ON_THE_ROAD), where))
        left_at = visit.ends_at - timedelta(minutes=4)
        stays.append(Stay(came_at, left_at, place))
    if not stays:
        return [Stay(begin, end, home)]
    return [*stays, Stay(min(left_at + ON_THE_ROAD, end), end, home)]


def fixes_between(stays: list[Stay], since: datetime, until: datetime) -> Iterator[Fix]:
    """What a phone notes in [since, until): often on the road, seldom where it stands."""
    for number, stay in enumerate(stays):
        yield from _standing(stay, since, until)
        if number + 1 < len(stays):
            yield from _driving(stay, stays[number + 1], since, until)


def _standing(stay: Stay, since: datetime, until: datetime) -> Iterator[Fix]:
    at = stay.since
    while at < stay.until:
        if since <= at < until:
            off = (at.minute % 5 - 2) * 0.00003  # no two positions of a phone are the same
            yield Fix(at, (stay.place[0] + off, stay.place[1] - off), 0.0)
        at += STANDING


def _driving(here: Stay, there: Stay, since: datetime, until: datetime) -> Iterator[Fix]:
    """Along two streets, as cities have them: first east or west, then north or south."""
    lasts = (there.since - here.until) / timedelta(seconds=1)
    corner = (here.place[0], there.place[1])
    first_m, second_m = distance_m(here.place, corner), distance_m(corner, there.place)
    length_m = first_m + second_m
    at = here.until + MOVING
    while at < there.since and length_m > 0:
        gone_m = length_m * ((at - here.until) / timedelta(seconds=1)) / lasts
        if since <= at < until:
            place = (
                _between(here.place, corner, gone_m / first_m)
                if gone_m < first_m
                else _between(corner, there.place, (gone_m - first_m) / max(second_m, 1))
            )
            yield Fix(at, place, length_m / lasts)
        at += MOVING


def distance_m(one: Place, other: Place) -> float:
    """On a flat map, which is right enough within a city."""
    north = (one[0] - other[0]) * M_PER_DEGREE
    east = (one[1] - other[1]) * M_PER_DEGREE * cos(radians(one[0]))
    return float((north**2 + east**2) ** 0.5)


def _between(one: Place, other: Place, part: float) -> Place:
    return (one[0] + (other[0] - one[0]) * part, one[1] + (other[1] - one[1]) * part)


async def agree_to_be_tracked(company: Company) -> None:
    """Everybody agrees when he begins to work here."""
    text = await company.irina.get("/tracking/consent-text")
    read = {"text_version": text["version"], "clients_see": text["clients_see"], "lang": "ru"}
    await together(_agree(company, person, read) for person in company.workers.values())


async def _agree(company: Company, person: Person, read: dict[str, Any]) -> None:
    now = company.stage.clock.now().isoformat()
    command = {"command_id": str(uuid4()), "occurred_at": now, "sent_at": now}
    await person.post("/field/tracking/consent", command | read)


async def send_tracks(company: Company, visits: list[tuple[Planned, Place]], now: datetime) -> None:
    """What the phones noted yesterday and today, in large parcels: they had no network in between."""
    await together(_send_track(company, key, visits, now) for key in WORKERS)


async def _send_track(company: Company, key: str, visits: list[tuple[Planned, Place]], now: datetime) -> None:
    leader = next((foreman for foreman, crew in CREWS.items() if key in crew[2]), key)
    until = now - SILENT.get(key, timedelta())
    own = [one for one in visits if one[0].who == leader and sets_out(one[0])]
    fixes: list[Fix] = []
    for begin, end in duty_hours(now, ZONE):
        there = [one for one in own if begin <= one[0].starts_at < end]
        fixes += fixes_between(stays_of(WORKERS[key].home, there, begin, end), begin, min(end, until))
    for first in range(0, len(fixes), AT_ONCE):
        pings = [_ping(one, number) for number, one in enumerate(fixes[first : first + AT_ONCE], first)]
        body = {"pings": pings, "sent_at": now.isoformat()}
        await company.workers[key].post("/tracking/pings", body)


def sets_out(visit: Planned) -> bool:
    return visit.course not in (Course.PLANNED, Course.FORGOTTEN, Course.CALLED_OFF, Course.DECLINED)


def _ping(fix: Fix, number: int) -> dict[str, Any]:
    return {
        "at": fix.at.isoformat(),
        "lat": round(fix.place[0], 6),
        "lon": round(fix.place[1], 6),
        "accuracy_m": 8 + number % 9,
        "speed_mps": round(fix.speed_mps, 1),
        "battery_pct": max(12, 96 - number // 12),
        "seq": number,
    }
