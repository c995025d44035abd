"""What a client sees of the way of whoever has set out to him: a rough place, drawn and in words.

Only the rough place comes in here, so nothing on the page tells more. No arrival time is worked out of it.
"""

from datetime import datetime, timedelta
from math import atan2, cos, degrees, radians
from typing import NamedTuple, Protocol
from uuid import UUID

from app.core.i18n import text
from app.core.places import Place, distance_m
from app.db.work import Work
from app.dispatch.telling.facts import VisitToTell
from app.dispatch.visits.policies import Phase
from app.notifications.api import format_time

SHOWN_FOR = timedelta(minutes=30)
"""So long after he was expected somebody on the way is shown. Whoever has not come by then has forgotten to say so."""
NEAR_KM = 0.7
"""Nearer than that the square in which he is says nothing of the direction."""
RINGS_KM = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 20_000)
"""The outer ring of the sketch has one of these radii."""
HALF_CELL_KM = 0.2
CENTRE_X, CENTRE_Y, RADIUS = 160, 100, 84
"""Of the sketch, in its own units."""
DOT_LEAST = 9
COMPASS = ("n", "ne", "e", "se", "s", "sw", "w", "nw")


class RoughPlace(NamedTuple):
    """The middle of the square in which somebody is, and when he was there."""

    place: Place
    at: datetime


class FindRoughPlace(Protocol):
    """Knows where workers are. It hands out rough places only, and of nobody who may not be shown."""

    async def __call__(
        self, work: Work, *, worker_id: UUID, visit_id: UUID, departed_at: datetime, now: datetime
    ) -> RoughPlace | None: ...


class Sketch(NamedTuple):
    """Where the worker stands around the client's home, north up."""

    x: int
    y: int
    dot: int
    """The radius of the spot in which he is somewhere."""
    ring_km: int


class Way(NamedTuple):
    """What the page says."""

    where: str
    seen: str
    sketch: Sketch | None
    """None: he is so near that there is nothing to draw."""


def may_be_shown(visit: VisitToTell, *, is_elsewhere: bool, now: datetime) -> bool:
    """Whether the client may see where his master is: from his departure until he arrives, and never long after he
    was expected. Who is at work at another visit, or has set out to somebody else since then, is not shown, so that
    nobody learns where others live."""
    if visit.truth.phase != Phase.ON_THE_WAY or visit.departed_at is None or is_elsewhere:
        return False
    return now < max(visit.expected_at or visit.window_ends_at, visit.window_ends_at) + SHOWN_FOR


def way_of(rough: RoughPlace, home: Place, *, zone: str, lang: str, now: datetime) -> Way:
    """The words and the sketch of a rough place, seen from the client's home. They name the time, so they stay true
    on a phone that has lost its network.
    """
    km = distance_m(rough.place, home) / 1000
    minutes = max(0, int((now - rough.at).total_seconds() // 60))
    time = format_time(rough.at, timezone=zone)
    seen = text(lang, "way", "seen" if minutes else "seen_now", time=time, minutes=minutes)
    if km < NEAR_KM:
        return Way(text(lang, "way", "is_near"), seen, None)
    bearing = _bearing(home, rough.place)
    side = text(lang, "way", COMPASS[round(bearing / 45) % 8])
    where = text(lang, "way", "is_away", km=_say_km(km, lang), side=side)
    return Way(where, seen, _sketch(km, bearing))


def _bearing(here: Place, there: Place) -> float:
    """Degrees clockwise from north, as on a flat map."""
    east = (there.lon - here.lon) * cos(radians((here.lat + there.lat) / 2))
    return degrees(atan2(east, there.lat - here.lat)) % 360


def _say_km(km: float, lang: str) -> str:
    """Rounded so far that the square around him does not matter."""
    step = 0.5 if km < 5 else 1 if km < 20 else 5
    said = f"{max(0.5, round(km / step) * step):g}"
    return said.replace(".", ",") if lang == "ru" else said


def _sketch(km: float, bearing: float) -> Sketch:
    ring_km = next(one for one in RINGS_KM if km <= one)
    away = km / ring_km * RADIUS
    return Sketch(
        x=round(CENTRE_X + away * cos(radians(bearing - 90))),
        y=round(CENTRE_Y - away * cos(radians(bearing))),
        dot=max(DOT_LEAST, round(HALF_CELL_KM / ring_km * RADIUS)),
        ring_km=ring_km,
    )
