"""Makes the positions of a made-up worker: `Route().stay(20).drive(to=(0, 3_000)).silent(15)`.

Places are metres east and north of a point in Moscow. By default positions come every ten seconds and are right.
"""

import math
import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Self
from uuid import UUID

from app.core.places import Place
from app.tracking.facts.policies.day import Day, DayFacts, Finding, derive_day
from app.tracking.facts.policies.gaps import Span
from app.tracking.facts.policies.kinds import FactKind
from app.tracking.facts.policies.presence import VisitSite
from app.tracking.facts.policies.track import DEGREE_M, microseconds, moment_of
from app.tracking.pings.values import StoredPing
from tests.cast import NOON

MIDDLE = Place(lat=55.75, lon=37.62)
WORKER = UUID(int=1)
PHONE = UUID(int=11)
TRACKER = UUID(int=12)

Spot = tuple[float, float]


def place(spot: Spot) -> Place:
    east_m, north_m = spot
    cos = math.cos(math.radians(MIDDLE.lat))
    return Place(lat=MIDDLE.lat + north_m / DEGREE_M, lon=MIDDLE.lon + east_m / (DEGREE_M * cos))


class Route:
    """Where somebody was, and what his phone said about it."""

    def __init__(
        self,
        *,
        at: datetime = NOON,
        here: Spot = (0, 0),
        pace_s: float = 10,
        noise_m: float = 0,
        device: UUID = PHONE,
        seed: int = 1,
    ) -> None:
        self.now, self.here = at, here
        self.pings: list[StoredPing] = []
        self._pace_s, self._noise_m, self._device = pace_s, noise_m, device
        self._random = random.Random(seed)  # not a secret
        self._next_at = at

    def stay(self, minutes: float, **said: Any) -> Self:
        return self._go(self.here, minutes * 60, said)

    def drive(self, to: Spot, *, mps: float = 12, **said: Any) -> Self:
        return self._go(to, math.dist(self.here, to) / mps, said)

    def silent(self, minutes: float, to: Spot | None = None) -> Self:
        """Nothing is sent; he may be elsewhere afterwards."""
        self.now += timedelta(minutes=minutes)
        self.here, self._next_at = to or self.here, self.now
        return self

    def one(self, spot: Spot, **said: Any) -> Self:
        """A single position somewhere else, five seconds from now."""
        self.pings.append(self._ping(self.now + timedelta(seconds=5), spot, said))
        return self

    def _go(self, to: Spot, seconds: float, said: dict[str, Any]) -> Self:
        begin, origin = self.now, self.here
        self.now += timedelta(seconds=seconds)
        while self._next_at < self.now:
            share = (self._next_at - begin).total_seconds() / seconds
            spot = tuple(a + (b - a) * share for a, b in zip(origin, to, strict=True))
            self.pings.append(self._ping(self._next_at, spot, said))  # type: ignore[arg-type]  # two numbers
            self._next_at += timedelta(seconds=self._pace_s)
        self.here = to
        return self

    def _ping(self, at: datetime, spot: Spot, said: dict[str, Any]) -> StoredPing:
        jitter = [self._random.gauss(0, self._noise_m) for _ in range(2)]
        true = place((spot[0] + jitter[0], spot[1] + jitter[1]))
        known = {
            "at": at,
            "device_id": self._device,
            "content": len(self.pings),
            "received_at": at + timedelta(seconds=2),
            "clock_offset_s": 0,
            "seq": len(self.pings),
            "lat": true.lat,
            "lon": true.lon,
            "accuracy_m": 10.0,
        }
        return StoredPing(**{**dict.fromkeys(StoredPing._fields), **known, **said})


def a_day(
    *,
    begin: datetime = NOON - timedelta(hours=12),
    days: int = 1,
    shift: tuple[datetime, datetime] | None = None,
    sites: Sequence[VisitSite] = (),
    until: datetime | None = None,
) -> Day:
    """A day in UTC, around noon in Moscow. `shift` is when positions are allowed."""
    end = begin + timedelta(days=days)
    span = Span(microseconds(begin), microseconds(end))
    allowed = [Span(microseconds(shift[0]), microseconds(shift[1]))] if shift else []
    return Day(WORKER, span, allowed, sites, microseconds(until or end))


def derive(route: Route, **day: Any) -> DayFacts:
    """Without a shift positions are allowed from the first to the last one."""
    if route.pings:
        day.setdefault("shift", (route.pings[0].at, route.pings[-1].at))
    return derive_day(route.pings, a_day(**day))


def kinds(facts: DayFacts) -> list[str]:
    return [str(one.kind) for one in facts.findings]


def only(facts: DayFacts, kind: FactKind) -> list[Finding]:
    return [one for one in facts.findings if one.kind == kind]


def minutes(finding: Finding) -> tuple[float, float]:
    """When it begins and ends, in minutes after noon."""
    begin, end = ((moment_of(us) - NOON).total_seconds() / 60 for us in finding.span)
    return round(begin, 1), round(end, 1)
