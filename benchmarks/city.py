"""A made-up town with workers whose days are known to the second: what benchmarks and tests compare with.

Everything follows from the seed. Positions are in metres around a middle; times are seconds since 1970.
"""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.tracking.facts.policies.track import DEGREE_M, moment_of
from app.tracking.pings.values import StoredPing

MIDDLE = (55.75, 37.62)
COS = math.cos(math.radians(MIDDLE[0]))
ERROR_LASTS_S = 40.0
JUMPS = 0.003
"""Share of positions that are far off."""
LOST = 0.03
BEGIN_S = 1_772_431_200
"""Monday, 2 March 2026, 09:00 in Moscow."""


@dataclass(frozen=True)
class Stop:
    """The truth about a stop."""

    from_s: float
    to_s: float
    east_m: float
    north_m: float


@dataclass(frozen=True)
class Silence:
    """The phone sent nothing in [from_s, to_s)."""

    from_s: float
    to_s: float
    why: str


@dataclass
class Day:
    """A worker's day: where he truly was each second, and what his phone told."""

    seed: int
    pace_s: float
    path: list[tuple[float, float]] = field(default_factory=list)
    """East and north for each second since BEGIN_S."""
    stops: list[Stop] = field(default_factory=list)
    silences: list[Silence] = field(default_factory=list)
    noise_m: list[float] = field(default_factory=list)
    """How much positions err at each second."""
    fixes: list[StoredPing] = field(default_factory=list)

    @property
    def now_s(self) -> int:
        return BEGIN_S + len(self.path)

    @property
    def here(self) -> tuple[float, float]:
        return self.path[-1] if self.path else (0.0, 0.0)


def place_of(east_m: float, north_m: float) -> tuple[float, float]:
    """Latitude and longitude."""
    return MIDDLE[0] + north_m / DEGREE_M, MIDDLE[1] + east_m / (DEGREE_M * COS)


def make_day(seed: int, *, pace_s: float | None = None, hours: float = 9.0) -> Day:
    """A day of drives with lights, jams and tunnels, stops with walks around them, and silences of the phone."""
    rng = random.Random(seed)
    day = Day(seed, pace_s or rng.choice([5, 10, 15, 20, 30, 60, 120]))
    while len(day.path) < hours * 3600:
        _stay(day, rng, rng.choice([rng.uniform(180, 600), rng.uniform(600, 5400)]))
        _drive(day, rng)
    _stay(day, rng, 900)
    _fall_silent(day, rng)
    day.fixes = list(_tell(day, rng))
    return day


def _stay(day: Day, rng: random.Random, seconds: float) -> None:
    """Stand, or walk about within some metres; sometimes from the parking place to the house and back."""
    here = day.here
    begin = day.now_s
    noise = rng.choice([4.0, 8.0, 15.0, 15.0, 30.0])
    walk_m = rng.choice([0.0, 0.0, 0.0, rng.uniform(15, 70)])
    to = (here[0] + walk_m * 0.8, here[1] + walk_m * 0.6)
    _go(day, to, 1.2, noise)
    roam = rng.choice([0.0, 0.0, 5.0, 12.0])
    spot, until = to, day.now_s + max(60.0, seconds - 2 * walk_m / 1.2)
    while day.now_s < until:
        _wait(day, rng.uniform(20, 120), noise)
        if roam:
            spot = (to[0] + rng.gauss(0, roam), to[1] + rng.gauss(0, roam))
            _go(day, spot, 0.8, noise)
    _go(day, here, 1.2, noise)
    day.stops.append(Stop(begin, day.now_s, *to))


def _drive(day: Day, rng: random.Random) -> None:
    """Along a grid of streets, with lights, now and then a jam."""
    noise = rng.choice([4.0, 6.0, 10.0])
    heading = rng.randrange(4)
    blocks = rng.randint(4, 18)
    for block in range(blocks):
        heading = (heading + rng.choice([-1, 0, 0, 0, 1])) % 4
        length = rng.uniform(120, 900)
        here = day.here
        corner = (
            here[0] + length * (1, 0, -1, 0)[heading],
            here[1] + length * (0, 1, 0, -1)[heading],
        )
        if rng.random() < 0.06:
            _jam(day, rng, corner, noise)
        else:
            _go(day, corner, rng.uniform(6, 17), rng.choice([noise, noise, noise, 25.0]))
        if rng.random() < 0.45 and block < blocks - 1:
            _wait(day, rng.uniform(10, 100), noise)


def _jam(day: Day, rng: random.Random, to: tuple[float, float], noise: float) -> None:
    """Creep on, stand for a while, creep on."""
    here = day.here
    way = math.dist(here, to)
    gone = 0.0
    while gone < way:
        gone = min(way, gone + rng.uniform(10, 60))
        share = gone / way
        _go(day, (here[0] + (to[0] - here[0]) * share, here[1] + (to[1] - here[1]) * share), 2.5, noise)
        _wait(day, rng.uniform(3, 45), noise)


def _go(day: Day, to: tuple[float, float], speed_mps: float, noise: float) -> None:
    here = day.here
    steps = int(math.dist(here, to) / speed_mps)
    for step in range(1, steps + 1):
        share = step / steps
        day.path.append((here[0] + (to[0] - here[0]) * share, here[1] + (to[1] - here[1]) * share))
        day.noise_m.append(noise)


def _wait(day: Day, seconds: float, noise: float) -> None:
    day.path += [day.here] * int(seconds)
    day.noise_m += [noise] * int(seconds)


def _fall_silent(day: Day, rng: random.Random) -> None:
    """Some gaps of 15 to 50 minutes, and tunnels of one to three minutes."""
    for _ in range(rng.randint(0, 2)):
        begin = BEGIN_S + rng.uniform(0.05, 0.85) * len(day.path)
        day.silences.append(
            Silence(begin, begin + rng.uniform(900, 3000), rng.choice(["battery", "app_stopped", "unknown"]))
        )
    for _ in range(rng.randint(0, 3)):
        begin = BEGIN_S + rng.uniform(0.05, 0.95) * len(day.path)
        day.silences.append(Silence(begin, begin + rng.uniform(60, 180), "tunnel"))


def _tell(day: Day, rng: random.Random) -> Iterator[StoredPing]:
    """What the phone sends: every `pace_s`, some missing, with errors that last for a while, sometimes a jump.

    Before a silence for an empty battery it says so; after one of an ended app its numbers begin again.
    """
    device = UUID(int=day.seed + 1)
    error = (0.0, 0.0)
    at_s, told_s, seq = float(BEGIN_S) + rng.uniform(0, day.pace_s), 0.0, 0
    while at_s < day.now_s - 1:
        spot, noise = day.path[int(at_s) - BEGIN_S], day.noise_m[int(at_s) - BEGIN_S]
        keep = math.exp(-(at_s - told_s) / ERROR_LASTS_S) if told_s else 0.0
        fresh = noise * math.sqrt(1 - keep * keep)
        error = (error[0] * keep + rng.gauss(0, fresh), error[1] * keep + rng.gauss(0, fresh))
        told_s = at_s
        east, north = spot[0] + error[0], spot[1] + error[1]
        if rng.random() < JUMPS:
            away, turn = rng.uniform(100, 1200), rng.uniform(0, 2 * math.pi)
            east, north = east + away * math.cos(turn), north + away * math.sin(turn)
        now_silent = [one for one in day.silences if one.from_s <= at_s < one.to_s]
        if any(one.why == "app_stopped" for one in now_silent):
            seq = 0
        if not now_silent and rng.random() > LOST:
            seq += 1
            accuracy_m = max(3.0, noise * rng.uniform(0.7, 1.6))
            yield ping(device, at_s, (east, north), accuracy_m, seq, battery_pct=_battery(day, at_s))
        at_s += day.pace_s * rng.uniform(0.9, 1.1)


def _battery(day: Day, at_s: float) -> float:
    empty = any(one.why == "battery" and 0 < one.from_s - at_s < 600 for one in day.silences)
    return 3.0 if empty else 80.0


def ping(
    device: UUID, at_s: float, spot: tuple[float, float], accuracy_m: float, seq: int, **said: Any
) -> StoredPing:
    """A position `spot` metres from the middle of the town, received two seconds later."""
    lat, lon = place_of(*spot)
    at_us = int(at_s * 1_000_000)
    values = {
        "at": moment_of(at_us),
        "device_id": device,
        "content": seq,
        "received_at": moment_of(at_us + 2_000_000),
        "clock_offset_s": 0,
        "seq": seq,
        "lat": lat,
        "lon": lon,
        "accuracy_m": accuracy_m,
    }
    return StoredPing(**{**dict.fromkeys(StoredPing._fields), **values, **said})
