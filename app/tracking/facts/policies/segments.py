"""Cuts usable positions into stretches without silence, and each stretch into stops and trips."""

import itertools
import math
from operator import attrgetter
from typing import NamedTuple

import numpy as np

from app.tracking.facts.policies.silences import silent_legs
from app.tracking.facts.policies.stops import (
    Samples,
    Stay,
    StopRule,
    accuracy_m,
    core_radius_m,
    find_stays,
    radius_m,
    resample,
)
from app.tracking.facts.policies.track import (
    DEGREE_M,
    SECOND_US,
    Floats,
    Track,
    leg_lengths_m,
    metres_between,
)

DEVICES_APART_M = 200.0
"""Two devices that are further from each other than this are not carried by the same person."""
SLIVER_S = 150.0
SLIVER_M = 80.0
"""At the edge of a stretch, so short a movement so near to a stop belongs to it."""
SPEED_MIN_MPS = 1.0
SLOW_LEG_S = 150.0
"""A shorter pause of a phone may be its usual one, in a jam."""
SLOW_LEG_M = 100.0
"""Phones that send by distance wait for 10 to 100 m."""
VERTEX_M = 20.0
"""Mileage counts a position when it is this far from the last counted one, or further off than its accuracy."""


class Segment(NamedTuple):
    """A stop or a trip: [from_us, to_us). The positions are `track[first:last]`."""

    from_us: int
    to_us: int
    first: int
    last: int
    stop: "Place | None"
    """None: a trip."""


class Place(NamedTuple):
    lat: float
    lon: float
    radius_m: float
    """Positions within this distance belong to the stop."""


class Stretch(NamedTuple):
    """Positions without silence between them: `track[first:last]`."""

    first: int
    last: int


class _Metres(NamedTuple):
    """Positions of a stretch in metres east and north of its middle."""

    track: Track
    east: Floats
    north: Floats
    lat: float
    lon: float

    def place(self, stay: Stay) -> Place:
        lat = self.lat + stay.north_m / DEGREE_M
        lon = self.lon + stay.east_m / (DEGREE_M * math.cos(math.radians(self.lat)))
        return Place(lat, lon, stay.radius_m)


def find_stretches(track: Track) -> list[Stretch]:
    """Cut where the devices are silent, and where another device that is elsewhere takes over."""
    if not len(track):
        return []
    silent = silent_legs(track)
    swapped = (np.diff(track.device) != 0) & (leg_lengths_m(track) > DEVICES_APART_M)
    borders = [0, *(np.flatnonzero(silent | swapped) + 1).tolist(), len(track)]
    return [Stretch(first, last) for first, last in itertools.pairwise(borders)]


def cut_stretch(track: Track, stretch: Stretch, rule: StopRule) -> list[Segment]:
    """Stops and trips of a stretch, without a pause between them. A single position makes none."""
    if stretch.last - stretch.first < 2:
        return []
    metres = _in_metres(track.take(slice(*stretch)))
    samples = resample(metres.track.at_us, metres.east, metres.north, metres.track.accuracy_m, rule.step_s)
    stops: list[Segment] = []
    for stay in find_stays(samples, rule):
        not_before = stops[-1].last if stops else 0
        stop = _stop(metres, samples, stay, rule, not_before)
        if stop is not None and stop.to_us - stop.from_us >= rule.shortest_s * SECOND_US:
            stops.append(stop)
    stops = _join_over_one(_add_slow_legs(metres, stops, rule), rule)
    stops = [_take_slivers(metres, stop, rule) for stop in stops] or _short_stop(metres, rule)
    return [_moved(one, stretch.first) for one in _fill_with_trips(metres.track, stops)]


def _in_metres(track: Track) -> _Metres:
    lat, lon = float(np.median(track.lat)), float(np.median(track.lon))
    east = (track.lon - lon) * DEGREE_M * np.cos(np.radians(lat))
    return _Metres(track, east, (track.lat - lat) * DEGREE_M, lat, lon)


def _stop(metres: _Metres, samples: Samples, stay: Stay, rule: StopRule, not_before: int) -> Segment | None:
    """The stop with its edges at real positions, and the moments of arrival and departure estimated between them."""
    at_us = metres.track.at_us
    away = np.hypot(metres.east - stay.east_m, metres.north - stay.north_m)
    inside = away <= core_radius_m(samples, stay, rule)
    begin = np.searchsorted(at_us, samples.at_s[stay.first] * SECOND_US)
    end = np.searchsorted(at_us, samples.at_s[stay.last] * SECOND_US, side="right")
    within = np.flatnonzero(inside[begin:end]) + begin
    within = within[within >= not_before]
    if not len(within):
        return None
    first, last = int(within[0]), int(within[-1])
    arrived = at_us[first] - _on_the_way(metres.track, away, first, -1, not_before)
    left = at_us[last] + _on_the_way(metres.track, away, last, 1, not_before)
    return Segment(int(arrived), int(left), first, last + 1, metres.place(stay))


def _on_the_way(track: Track, away: Floats, inside: int, step: int, not_before: int) -> int:
    """Microseconds that the stop lasted beyond the last position inside it, towards the next one outside.

    Whoever was outside drove the rest of the way at the speed of the leg beyond, so between two sparse positions he had
    already arrived for a while, or had not yet left.
    """
    outside = inside + step
    if not not_before <= outside < len(track):
        return 0
    pause_us = abs(int(track.at_us[outside] - track.at_us[inside]))
    beyond = outside + step
    speed = SPEED_MIN_MPS
    if not_before <= beyond < len(track):
        legs_m = metres_between(track.lat[outside], track.lon[outside], track.lat[beyond], track.lon[beyond])
        speed = max(
            speed, float(legs_m) * SECOND_US / max(1, abs(int(track.at_us[beyond] - track.at_us[outside])))
        )
    speed = max(speed, track.fix(outside).speed_mps or 0.0)
    return max(0, pause_us - round(float(away[outside]) / speed * SECOND_US))


def _join_over_one(stops: list[Segment], rule: StopRule) -> list[Segment]:
    """Two stops at one place with a single position between them are one.

    That position is wrong, or he soon came back.
    """
    joined: list[Segment] = []
    for stop in stops:
        before = joined[-1] if joined else None
        if before and _is_same_place(before, stop, rule) and stop.first - before.last <= 1:
            joined[-1] = before._replace(to_us=stop.to_us, last=stop.last)
        else:
            joined.append(stop)
    return joined


def _is_same_place(one: Segment, other: Segment, rule: StopRule) -> bool:
    if one.stop is None or other.stop is None:
        return False
    off_m = accuracy_m(min(one.stop.radius_m, other.stop.radius_m), rule)
    near_m = min(rule.merge_m, max(rule.place_m, rule.place_per_accuracy * off_m))
    return bool(metres_between(*one.stop[:2], *other.stop[:2]) <= near_m)


def _add_slow_legs(metres: _Metres, stops: list[Segment], rule: StopRule) -> list[Segment]:
    """Add a stop for each leg on which nobody is on the way for so long.

    A phone that sends by distance says nothing while he stands. When he goes on, its next position is as far from the
    last one as the phone waits for.
    """
    track = metres.track
    legs_m = leg_lengths_m(track)
    lasting_s = max(rule.shortest_s, SLOW_LEG_S)
    slow = (track.seconds() - legs_m / SPEED_MIN_MPS >= lasting_s) & (legs_m <= SLOW_LEG_M)
    for stop in stops:
        slow[max(0, stop.first - 1) : stop.last] = False
    found: list[Segment] = []
    for leg in np.flatnonzero(slow).tolist():
        if not found or found[-1].last <= leg:
            found.append(_stop_on_leg(metres, rule, leg))
    return sorted([*stops, *found], key=attrgetter("from_us"))


def _stop_on_leg(metres: _Metres, rule: StopRule, leg: int) -> Segment:
    """He stood half-way, and went the rest at the speeds of the legs before and after it."""
    track, both = metres.track, slice(leg, leg + 2)
    around = track.take(slice(max(0, leg - 1), leg + 3))
    speeds = leg_lengths_m(around) / np.maximum(around.seconds(), 1)
    half_m = float(leg_lengths_m(track.take(both))[0]) / 2
    arrived = int(track.at_us[leg]) + round(half_m / max(SPEED_MIN_MPS, float(speeds[0])) * SECOND_US)
    left = int(track.at_us[leg + 1]) - round(half_m / max(SPEED_MIN_MPS, float(speeds[-1])) * SECOND_US)
    radius = radius_m(track.accuracy_m[both], rule)
    stay = Stay(0, 0, float(metres.east[both].mean()), float(metres.north[both].mean()), radius)
    return Segment(arrived, left, leg, leg + 2, metres.place(stay))


def _take_slivers(metres: _Metres, stop: Segment, rule: StopRule) -> Segment:
    """A little movement at the edge of the stretch is part of the stop beside it."""
    at_us = metres.track.at_us
    if _is_sliver(metres, stop, rule, 0, stop.first):
        stop = stop._replace(from_us=int(at_us[0]), first=0)
    if _is_sliver(metres, stop, rule, stop.last, len(at_us)):
        stop = stop._replace(to_us=int(at_us[-1]), last=len(at_us))
    return stop


def _is_sliver(metres: _Metres, stop: Segment, rule: StopRule, first: int, last: int) -> bool:
    if first >= last or stop.stop is None:
        return False
    track = metres.track.take(slice(first, last))
    edge_us = stop.from_us if last <= stop.first else stop.to_us
    seconds = max(abs(int(track.at_us[0]) - edge_us), abs(int(track.at_us[-1]) - edge_us)) / SECOND_US
    away = metres_between(track.lat, track.lon, stop.stop.lat, stop.stop.lon)
    return bool(seconds <= min(SLIVER_S, rule.shortest_s) and away.max() <= stop.stop.radius_m + SLIVER_M)


def _short_stop(metres: _Metres, rule: StopRule) -> list[Segment]:
    """A stretch that silence cuts short is a stop if all of it lies at one place."""
    track = metres.track
    east, north = float(np.median(metres.east)), float(np.median(metres.north))
    radius = radius_m(track.accuracy_m, rule)
    if np.hypot(metres.east - east, metres.north - north).max() > radius:
        return []
    stay = Stay(0, 0, east, north, radius)
    return [Segment(int(track.at_us[0]), int(track.at_us[-1]), 0, len(track), metres.place(stay))]


def _fill_with_trips(track: Track, stops: list[Segment]) -> list[Segment]:
    """Between stops he moved. Positions at the edges of the stops are those of the trip too."""
    filled: list[Segment] = []
    at_us, index = int(track.at_us[0]), 0
    for stop in [*stops, None]:
        until_us = stop.from_us if stop else int(track.at_us[-1])
        until = stop.first if stop else len(track)
        if until_us > at_us:
            filled.append(Segment(at_us, until_us, index, until, None))
        if stop:
            filled.append(stop)
            at_us, index = stop.to_us, stop.last
    return filled


def _moved(segment: Segment, by: int) -> Segment:
    return segment._replace(first=segment.first + by, last=segment.last + by)


class Way(NamedTuple):
    """How far somebody had come at some moments of a trip."""

    at_us: Floats
    metres: Floats

    def length_m(self, from_us: int, to_us: int) -> int:
        """Whole metres between two moments. The lengths of the parts of a trip add up to that of the whole."""
        return round(self._at(to_us)) - round(self._at(from_us))

    def _at(self, moment_us: int) -> float:
        return float(np.interp(moment_us, self.at_us, self.metres))


def measure_way(track: Track, trip: Segment, before: Segment | None, after: Segment | None) -> Way:
    """The way of a trip from the stop before it to the stop after it.

    Positions jitter, and the sum of their distances would grow even for somebody who waits at a light. So a position
    counts only if it is further from the last counted one than 20 m and than its accuracy.
    """
    rows = [
        *_edge(before, trip.from_us),
        *_rows(track.take(slice(trip.first, trip.last))),
        *_edge(after, trip.to_us),
    ]
    return _measure(*np.array(rows, dtype=np.float64).reshape(-1, 4).T)


def _rows(track: Track) -> list[tuple[float, float, float, float]]:
    """Latitude, longitude, time, and how far from the last counted position it must be."""
    needed_m = np.maximum(VERTEX_M, track.accuracy_m)
    return list(
        zip(track.lat.tolist(), track.lon.tolist(), track.at_us.tolist(), needed_m.tolist(), strict=True)
    )


def _edge(stop: Segment | None, at_us: int) -> list[tuple[float, float, float, float]]:
    return [(stop.stop.lat, stop.stop.lon, at_us, VERTEX_M)] if stop and stop.stop else []


def _measure(lat: Floats, lon: Floats, at_us: Floats, needed_m: Floats) -> Way:
    """Cumulative length over the counted positions. The last one always counts."""
    north = lat * DEGREE_M
    east = lon * DEGREE_M * np.cos(np.radians(lat.mean())) if len(lat) else lon
    counted, gone = [0], [0.0]
    norths, easts, needs = north.tolist(), east.tolist(), needed_m.tolist()
    for index in range(1, len(lat)):
        last = counted[-1]
        metres = ((norths[index] - norths[last]) ** 2 + (easts[index] - easts[last]) ** 2) ** 0.5
        if metres >= needs[index] or (index == len(lat) - 1 and metres >= VERTEX_M):
            counted.append(index)
            gone.append(gone[-1] + metres)
    return Way(at_us[counted], np.array(gone))
