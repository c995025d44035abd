"""P10: how well stops are found, on a made-up town and on public traces, beside published rules.

The rule of the product was tuned on seeds below 100 and on every second trace. Measured is the rest.
"""

import csv
import json
import os
import subprocess
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from statistics import median, quantiles
from typing import Any, NamedTuple
from uuid import UUID

import numpy as np

from app.tracking.facts.policies.day import Day, DayFacts, derive_day
from app.tracking.facts.policies.gaps import Span
from app.tracking.facts.policies.kinds import FactKind
from app.tracking.facts.policies.segments import cut_stretch, find_stretches
from app.tracking.facts.policies.silences import SILENT_S
from app.tracking.facts.policies.stops import StopRule, rule_for
from app.tracking.facts.policies.track import SECOND_US, Bools, make_track, metres_between
from app.tracking.pings.values import StoredPing
from benchmarks import city
from benchmarks.city import BEGIN_S, make_day, ping, place_of
from benchmarks.figures import Figure, Figures
from benchmarks.rebuild import rebuild_days
from deploy.local.console import say

DATA = Path(os.environ.get("BRIGADA_DATA", Path(__file__).parents[2] / "shared" / "data")) / "gps"
PYTHONS = [one for one in os.environ.get("BRIGADA_STOP_PYTHONS", "").split(os.pathsep) if one]
"""Interpreters in which libraries for stops are installed, each with versions that fit it."""
LIBRARIES = Path(__file__).parent / "references" / "stop_libraries.py"
LIBRARY_DAYS = 30
PACES_S = (5, 10, 15, 30, 60, 120)
FIRST_SEED = 1000
DAYS_OF_A_PACE = 25
SHORTEST_S = 150.0
"""A shorter rest of a stop that a silence cuts off is not counted, neither as found nor as missed."""
GOAL_F1 = 0.95
DELIVERY_S = 30
"""Stops of parcel delivery last a minute, so a company that delivers sets its shortest stop to this."""

Rule = Callable[[Sequence[StoredPing]], list["Found"]]


class Found(NamedTuple):
    """A stop, in seconds since 1970."""

    from_s: float
    to_s: float
    lat: float
    lon: float


class Score:
    """Stops compared with the truth: one is found if it shares at least half of what either covers."""

    def __init__(self) -> None:
        self.found = self.missed = self.invented = 0
        self.begin_s: list[float] = []
        self.end_s: list[float] = []
        self.place_m: list[float] = []
        self.seconds: Counter[tuple[str, str]] = Counter()
        """By (truth, found): how many seconds."""

    def add(self, day: city.Day, stops: Sequence[Found], gaps: Sequence[tuple[float, float]]) -> None:
        left = list(stops)
        for begin, end, stop in _truth(day, gaps):
            best = max(left, key=lambda one: _shared(begin, end, one), default=None)
            if best is None or _shared(begin, end, best) < 0.5:
                self.missed += 1
                continue
            left.remove(best)
            self.found += 1
            self.begin_s.append(best.from_s - begin)
            self.end_s.append(best.to_s - end)
            true = place_of(stop.east_m, stop.north_m)
            self.place_m.append(float(metres_between(*true, best.lat, best.lon)))
        self.invented += sum(one.to_s - one.from_s >= SHORTEST_S for one in left)
        self._add_seconds(day, stops, gaps)

    def _add_seconds(
        self, day: city.Day, stops: Sequence[Found], gaps: Sequence[tuple[float, float]]
    ) -> None:
        length = len(day.path)
        silent = [(one.from_s, one.to_s) for one in day.silences if one.to_s - one.from_s > SILENT_S]
        true = _painted(length, [(one.from_s, one.to_s) for one in day.stops], silent)
        told = _painted(length, [(one.from_s, one.to_s) for one in stops], gaps)
        for pair, many in zip(*np.unique(true * 3 + told, return_counts=True), strict=True):
            self.seconds[WORDS[int(pair) // 3], WORDS[int(pair) % 3]] += int(many)

    @property
    def f1(self) -> float:
        return 2 * self.found / max(1, 2 * self.found + self.missed + self.invented)

    @property
    def f1_of_seconds(self) -> float:
        """Of stop and not stop, where neither the truth nor the rule says that nobody saw it."""
        both = self.seconds["stop", "stop"]
        return 2 * both / max(1, 2 * both + self.seconds["stop", "trip"] + self.seconds["trip", "stop"])

    def parts(self) -> dict[str, Any]:
        return {
            "F1": round(self.f1, 4),
            "F1 of seconds": round(self.f1_of_seconds, 4),
            "found": self.found,
            "missed": self.missed,
            "invented": self.invented,
            **_errors("begin_s", self.begin_s),
            **_errors("end_s", self.end_s),
            **_errors("place_m", self.place_m),
        }


WORDS = ("trip", "stop", "gap")


def _painted(length: int, stops: Iterable[tuple[float, float]], gaps: Iterable[tuple[float, float]]) -> Any:
    """0 trip, 1 stop, 2 gap for each second of a day."""
    seconds = np.zeros(length, dtype=np.int64)
    for value, spans in ((1, stops), (2, gaps)):
        for begin, end in spans:
            seconds[max(0, round(begin - BEGIN_S)) : max(0, round(end - BEGIN_S))] = value
    return seconds


def _shared(begin: float, end: float, one: Found) -> float:
    return (min(end, one.to_s) - max(begin, one.from_s)) / (max(end, one.to_s) - min(begin, one.from_s))


def _truth(day: city.Day, gaps: Sequence[tuple[float, float]]) -> Iterator[tuple[float, float, city.Stop]]:
    """True stops, without the times in which the phone was silent."""
    for stop in day.stops:
        parts = [(stop.from_s, stop.to_s)]
        for begin, end in gaps:
            parts = [
                part
                for one in parts
                for part in ((one[0], min(one[1], begin)), (max(one[0], end), one[1]))
                if part[0] < part[1]
            ]
        yield from ((begin, end, stop) for begin, end in parts if end - begin >= SHORTEST_S)


def _errors(name: str, errors: Sequence[float]) -> dict[str, float]:
    if len(errors) < 2:
        return {}
    sizes = [abs(one) for one in errors]
    return {
        f"{name} off, p50": round(median(sizes), 1),
        f"{name} off, p90": round(quantiles(sizes, n=10)[8], 1),
    }


def derive(pings: Sequence[StoredPing]) -> DayFacts:
    """All facts of a day of the town."""
    begin = BEGIN_S - 9 * 3600
    span = Span(begin * SECOND_US, (begin + 24 * 3600) * SECOND_US)
    seen = [Span(round(pings[0].at.timestamp()) * SECOND_US, round(pings[-1].at.timestamp()) * SECOND_US)]
    return derive_day(pings, Day(UUID(int=1), span, seen, [], span.to_us))


def _stops_of(facts: DayFacts) -> list[Found]:
    return [
        Found(one.span.from_us / 1e6, one.span.to_us / 1e6, one.lat or 0, one.lon or 0)
        for one in facts.findings
        if one.kind == FactKind.STOP
    ]


def stay_points(radius_m: float, seconds: float) -> Rule:
    """The rule of Hariharan and Toyama (2004) as libraries write it: all positions within a radius of the first one.

    Nothing is cleaned, silence counts as staying.
    """

    def find(pings: Sequence[StoredPing]) -> list[Found]:
        track = make_track(pings)
        found, first = [], 0
        while first < len(track):
            away = metres_between(track.lat[first:], track.lon[first:], track.lat[first], track.lon[first])
            outside = np.flatnonzero(away > radius_m)
            last = first + (int(outside[0]) if len(outside) else len(away))
            begin, end = int(track.at_us[first]) / 1e6, int(track.at_us[last - 1]) / 1e6
            if end - begin >= seconds:
                part = slice(first, last)
                found.append(
                    Found(begin, end, float(np.median(track.lat[part])), float(np.median(track.lon[part])))
                )
                first = last
            else:
                first += 1
        return found

    return find


REFERENCES: dict[str, Rule] = {
    "stay points, 52 m and 130 s": stay_points(52, 130),
    "stay points, 114 m and 164 s": stay_points(114, 164),
    "stay points, 200 m and 180 s": stay_points(200, 180),
}
"""Radius and duration as a published benchmark tuned them for two libraries (stop-go-classifier on STAGA), and as a
widely used tracking server has them by default."""


async def measure(scale: float) -> Figures:
    days = max(3, round(DAYS_OF_A_PACE * scale))
    scores = {pace_s: Score() for pace_s in PACES_S}
    whole, beside = Score(), {name: Score() for name in REFERENCES}
    causes: Counter[tuple[str, str]] = Counter()
    pings, cpu_s = 0, 0.0
    for number, pace_s in enumerate(PACES_S * days):
        day = make_day(FIRST_SEED + number, pace_s=pace_s)
        begun = time.process_time()
        facts = derive(day.fixes)
        cpu_s += time.process_time() - begun
        pings += len(day.fixes)
        gaps = _gaps_of(facts)
        for score in (scores[pace_s], whole):
            score.add(day, _stops_of(facts), gaps)
        for name, rule in REFERENCES.items():
            beside[name].add(day, rule(day.fixes), gaps)
        causes.update(_causes(day, facts))
    say("town", f"{days * len(PACES_S)} days, {pings:,} positions, F1 {whole.f1:.4f}")
    best = max(beside, key=lambda name: beside[name].f1)
    figure = Figure(
        metric="stops found on days the rule was not tuned on: F1",
        value=whole.f1,
        reference=beside[best].f1,
        reference_is=best,
        ratio=whole.f1 / beside[best].f1,
        goal=f"F1 ≥ {GOAL_F1}, of stops and of seconds, at each pace from 5 to 120 s",
        holds=all(min(one.f1, one.f1_of_seconds) >= GOAL_F1 for one in scores.values()),
        unit="",
        parts={
            "town, all paces": whole.parts(),
            **{f"town, a position every {pace_s} s": score.parts() for pace_s, score in scores.items()},
            **{f"town, by {name}": score.parts() for name, score in beside.items()},
            "seconds, truth → found": _matrix(whole.seconds),
            "cause of gaps, truth → guessed": _matrix(causes),
            "deriving alone": {"positions": pings, "per CPU-second": round(pings / cpu_s)},
            **_libraries(days),
            "days derived anew, with their SQL": await rebuild_days(scale),
            **_public_traces(),
        },
    )
    return {"P10": figure}


def _libraries(days: int) -> dict[str, Any]:
    """Stops of some of the days by libraries, beside ours of the same days."""
    made = [
        make_day(FIRST_SEED + number, pace_s=pace_s)
        for number, pace_s in enumerate((PACES_S * days)[:LIBRARY_DAYS])
    ]
    derived = [derive(day.fixes) for day in made]
    found = {"the product": [_stops_of(facts) for facts in derived]}
    tracks = [[(one.at.timestamp(), one.lat, one.lon) for one in day.fixes] for day in made]
    for python in PYTHONS:
        found |= _found_by(python, tracks)
    if len(found) == 1:
        say("libraries", "none: BRIGADA_STOP_PYTHONS names interpreters with movingpandas or scikit-mobility")
    scores = {name: Score() for name in found}
    for name, stops in found.items():
        for day, facts, here in zip(made, derived, stops, strict=True):
            scores[name].add(day, here, _gaps_of(facts))
    return {f"{len(made)} days by {name}": score.parts() for name, score in scores.items()}


def _found_by(python: str, tracks: Sequence[Sequence[tuple[float, float, float]]]) -> dict[str, Any]:
    done = subprocess.run(  # whoever measures names the interpreter
        [python, str(LIBRARIES)], input=json.dumps(tracks), capture_output=True, text=True, check=True
    )
    return {
        name: [[Found(*stop) for stop in stops] for stops in found]
        for name, found in json.loads(done.stdout).items()
    }


def _gaps_of(facts: DayFacts) -> list[tuple[float, float]]:
    return [
        (one.span.from_us / 1e6, one.span.to_us / 1e6) for one in facts.findings if one.kind == FactKind.GAP
    ]


def _matrix(counts: Counter[tuple[str, str]]) -> dict[str, int]:
    return {f"{true} → {told}": many for (true, told), many in sorted(counts.items())}


def _causes(day: city.Day, facts: DayFacts) -> Iterator[tuple[str, str]]:
    """Each long silence that lies alone, with the cause that is guessed."""
    gaps = [one for one in facts.findings if one.kind == FactKind.GAP]
    for silence in day.silences:
        alone = not any(
            other is not silence and other.from_s < silence.to_s + 900 and silence.from_s < other.to_s + 900
            for other in day.silences
        )
        if silence.why != "tunnel" and alone:
            middle_us = (silence.from_s + silence.to_s) / 2 * 1e6
            told = next(
                (str(one.cause) for one in gaps if one.span.from_us <= middle_us < one.span.to_us), "no gap"
            )
            yield silence.why, told


def _public_traces() -> dict[str, Any]:
    """Figures on the traces in BRIGADA_DATA. They need not be there."""
    if not DATA.is_dir():
        say("traces", f"no public traces: {DATA} is missing (BRIGADA_DATA names the folder above `gps`)")
        return {"public traces": {"missing": str(DATA.name)}}
    return {
        "parcel vans on foot or driving, shortest stop 180 s": _vans(180),
        "parcel vans on foot or driving, shortest stop 60 s": _vans(60),
        "parcel vans on foot or driving, shortest stop 30 s": _vans(DELIVERY_S),
        "a bus of line 14 (no labels)": _bus(),
    }


def _vans(stop_s: int) -> dict[str, Any]:
    """GOAL (Eftelioglu et al. 2022, CC BY 4.0), the traces that nothing was tuned on.

    A label says what the driver does: whoever waits at the wheel is driving. So one figure counts standing vans as
    stops. Stop by stop: times on foot of the shortest length and more, found if half of what either covers is shared.
    """
    rule = rule_for(stop_s)
    by_label, by_motion = np.zeros(3, dtype=np.int64), np.zeros(3, dtype=np.int64)
    by_stop = np.zeros(3, dtype=np.int64)
    beside = {name: np.zeros(3, dtype=np.int64) for name in REFERENCES}
    for track, on_foot in _van_traces():
        told = np.zeros(len(on_foot), dtype=np.bool_)
        found: list[Found] = []
        for stretch in find_stretches(track):
            for piece in cut_stretch(track, stretch, rule):
                if piece.stop:
                    told[piece.first : piece.last] = True
                    found.append(Found(piece.from_us / 1e6, piece.to_us / 1e6, *piece.stop[:2]))
        by_label += _hits(on_foot, told)
        by_motion += _hits(on_foot | _stands(track), told)
        true = _times_on_foot(track, on_foot)
        by_stop += _hit_stops(true, found, stop_s)
        for name, published in REFERENCES.items():
            beside[name] += _hit_stops(true, published(track.fixes), stop_s)
    return {
        "F1 stop by stop": _f1(by_stop),
        **dict(zip(("found", "invented", "missed"), by_stop.tolist(), strict=True)),
        **{f"F1 stop by stop, {name}": _f1(hits) for name, hits in beside.items()},
        "F1 of positions by label": _f1(by_label),
        "F1 of positions, standing vans are stops": _f1(by_motion),
    }


def _times_on_foot(track: Any, on_foot: Bools) -> list[tuple[float, float]]:
    """A label changes half-way between two positions."""
    at_s = track.at_us / 1e6
    changes = np.flatnonzero(np.diff(on_foot)) + 1
    edges = [at_s[0], *((at_s[changes - 1] + at_s[changes]) / 2).tolist(), at_s[-1]]
    firsts = [0, *changes.tolist()]
    return [
        (begin, end) for first, (begin, end) in zip(firsts, pairwise(edges), strict=True) if on_foot[first]
    ]


def _hit_stops(true: Sequence[tuple[float, float]], found: Sequence[Found], stop_s: int) -> Any:
    """Found, invented and missed. What is too short is neither, but may explain a stop that was found."""
    left, hits = list(found), np.zeros(3, dtype=np.int64)
    for begin, end in true:
        best = max(left, key=lambda one: _shared(begin, end, one), default=None)
        is_found = best is not None and _shared(begin, end, best) >= 0.5
        if best is not None and is_found:
            left.remove(best)
        if end - begin >= stop_s:
            hits[0 if is_found else 2] += 1
    hits[1] = sum(one.to_s - one.from_s >= stop_s for one in left)
    return hits


def _van_traces() -> Iterator[tuple[Any, Bools]]:
    with zipfile.ZipFile(DATA / "goal" / "trajectories.zip") as archive:
        for name in sorted(one for one in archive.namelist() if one.endswith(".csv"))[1::2]:
            rows = list(csv.DictReader(archive.read(name).decode().splitlines()))
            at_s = [
                datetime.fromisoformat(row["timestamp"][:26]).replace(tzinfo=UTC).timestamp() for row in rows
            ]
            spots = [(float(row["x"]), float(row["y"])) for row in rows]
            pings = [
                ping(UUID(int=1), at, spot, 5.0, number)
                for number, (at, spot) in enumerate(zip(at_s, spots, strict=True))
            ]
            track = make_track(pings)
            if len(track) == len(rows):
                yield track, np.array([row["groundtruth"] == "OnFoot" for row in rows])


def _stands(track: Any) -> Bools:
    """Less than 5 m in the ten seconds around a position."""
    stands = np.zeros(len(track), dtype=np.bool_)
    stands[1:-1] = metres_between(track.lat[:-2], track.lon[:-2], track.lat[2:], track.lon[2:]) < 5.0
    return stands


def _hits(true: Bools, told: Bools) -> Any:
    return np.array([(true & told).sum(), (~true & told).sum(), (true & ~told).sum()])


def _f1(hits: Any) -> float:
    return round(2 * float(hits[0]) / max(1.0, 2 * float(hits[0]) + float(hits[1]) + float(hits[2])), 4)


def _bus() -> dict[str, Any]:
    """A bus halts for less than a minute: stops between its ends would be wrong, or a long wait."""
    by_trip: dict[str, list[StoredPing]] = {}
    with (DATA / "liverpool_bus" / "route14_outbound.csv").open(encoding="utf-8") as file:
        for number, row in enumerate(csv.DictReader(file)):
            at_s = datetime.fromisoformat(row["timestamp"]).replace(tzinfo=UTC).timestamp()
            here = ping(UUID(int=1), at_s, (0, 0), 10.0, number)
            here = here._replace(lat=float(row["latitude"]), lon=float(row["longitude"]))
            by_trip.setdefault(row["vehicle_id"] + row["trip_id"], []).append(here)
    positions = stops = 0
    minutes = 0.0
    for pings in by_trip.values():
        track = make_track(pings)
        pieces = [one for stretch in find_stretches(track) for one in cut_stretch(track, stretch, StopRule())]
        positions += len(track)
        stops += sum(1 for before, piece in pairwise(pieces) if piece.stop and before.stop is None)
        minutes += sum(piece.to_us - piece.from_us for piece in pieces if not piece.stop) / 60e6
    return {
        "positions": positions,
        "runs": len(by_trip),
        "stops after a trip": stops,
        "minutes on the way": round(minutes),
    }
