"""Where somebody stayed: density and duration.

A stop is a time in which positions stay within a small circle, as in R. Hariharan and K. Toyama, "Project Lachesis:
Parsing and Modeling Location Histories" (GIScience 2004): a roaming distance and a stay duration. Two things are
different here, because town positions jump:

- The circle is judged by medians and by a share of the samples, and grows with the accuracy that the phone claims
  (a robust form of the density test of CB-SMoT: A. Palma et al., "A clustering-based approach for discovering
  interesting places in trajectories", SAC 2008).
- Whether a moment belongs to a stop follows from the 90 seconds before and after it, not from where a scan began.
  So it does not matter which hours are looked at.

A circle that holds a house and its yard holds two houses, too. So each stay is looked at once more: whether it was at
one place (a change point by least squares).
"""

from typing import NamedTuple

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from app.tracking.facts.policies.track import SECOND_US, Bools, Floats, Ints
from app.tracking.settings.values import SHORTEST_STOP_S

SEEN = 5 / 6
"""Of the shortest stop, so much must be seen: sparse positions leave a little unclear."""
WINDOW_LEAST_S = 20
CLAIMED = 0.68
"""A phone says how far this share of its positions is off at most."""
WALK_MPS = 2.0
"""Nobody walks faster for long."""
DRIVE_LASTS_S = 30
"""A drive to the next house is seen in so short a time, or not at all."""
DRIVE_WITHIN_S = 60
"""When he went from one place to the next is known to so many seconds."""


class StopRule(NamedTuple):
    """What counts as a stop. The default is that of a company that has set nothing; `rule_for` makes the others."""

    step_s: int = 10
    """Positions are sampled anew at this pace, so that the pace of the phone does not matter."""
    window_s: int = 180
    margin_s: int = 0
    """So much at each end of a still window is not yet the stop."""
    shortest_s: float = SHORTEST_STOP_S * SEEN
    radius_m: float = 30.0
    """A house and what lies before it."""
    radius_per_accuracy: float = 1.5
    """Nine of ten positions are off by less than so many times what the phone says of two thirds of them."""
    drift_m: float = 20.0
    """How far the middle may move within a window: a traffic jam creeps on."""
    drift_per_accuracy: float = 1.5
    """Middles of a minute are off by less, nearly always: errors last for about a minute."""
    share: float = 0.8
    """Of the samples of a window that must lie within the radius."""
    accuracy_at_most_m: float = 70.0
    """Some phones always claim a bad accuracy. More than this does not make the circle larger."""
    merge_m: float = 100.0
    merge_within_s: float = 360.0
    """Two stays at one place with less than this between them are one: he went to the car and came back. Places of
    inaccurate positions may be further apart by the accuracy that counts."""
    excursion_m: float = 150.0
    """But not if he went further away meanwhile. Inaccurate positions may seem to, by twice their accuracy."""
    place_m: float = 30.0
    place_per_accuracy: float = 3.0
    """Two places are further apart than the first, a house, and than so many times what positions are off: 99 of 100
    pairs of positions of one place are nearer to each other than 2.8 times that."""
    driven_per_accuracy: float = 2.0
    """If he was seen to drive from one to the other, less is enough."""
    core_m: float = 25.0
    core_times: float = 1.5
    """A stop begins and ends where its positions are no further from its middle than this many times as far as `share`
    of them, at least `core_m`. Whoever walks up to the place in good reception has not arrived yet."""


def rule_for(stop_s: int) -> StopRule:
    """The rule by which stops of `stop_s` and more are found.

    A long window does not see a short stop. So below the usual length the window is half as long as the stop, and only
    its middle counts. Whoever walks some metres from his van has stopped too. Short stops do not grow together.
    """
    shortest_s = stop_s * SEEN
    if stop_s >= SHORTEST_STOP_S:
        return StopRule(shortest_s=shortest_s)
    window_s = max(WINDOW_LEAST_S, stop_s // 2)
    return StopRule(
        step_s=5,
        window_s=window_s,
        margin_s=window_s // 2,
        shortest_s=shortest_s,
        drift_m=30.0,
        drift_per_accuracy=0.3,
        merge_m=20.0,
        merge_within_s=stop_s / 3,
        excursion_m=60.0,
    )


class Samples(NamedTuple):
    """Positions sampled at an even pace, in metres east and north of some point."""

    at_s: Floats
    """Seconds since 1970, multiples of the pace."""
    east_m: Floats
    north_m: Floats
    accuracy_m: Floats


class Stay(NamedTuple):
    """Somebody stayed here. Indices of samples [first, last]; the middle in metres like the samples."""

    first: int
    last: int
    east_m: float
    north_m: float
    radius_m: float
    """The radius that the accuracy of the positions asks for."""


def resample(at_us: Ints, east_m: Floats, north_m: Floats, accuracy_m: Floats, step_s: int) -> Samples:
    """Means of the positions around each multiple of `step_s`, straight lines between them where there are none.

    The moments are multiples since 1970, so every window of time gets the same samples. Time must not run backwards.
    """
    number = np.rint(at_us / (step_s * SECOND_US)).astype(np.int64)
    filled, first = np.unique(number, return_index=True)
    many = np.diff(np.append(first, len(number)))
    grid = np.arange(filled[0], filled[-1] + 1)
    columns = (
        np.interp(grid, filled, np.add.reduceat(column, first) / many)
        for column in (east_m, north_m, accuracy_m)
    )
    return Samples((grid * step_s).astype(np.float64), *columns)


def find_stays(samples: Samples, rule: StopRule) -> list[Stay]:
    """Stays in time order. They do not overlap.

    1. A window is still if most of its samples lie near their median and the median does not drift.
    2. Still windows one after the other are one stay, cut where it creeps away from its middle.
    3. Stays at one place with a short time between them are one.
    4. A stay at two places, one after the other, is two: if he drove from one to the other, or was at each as long as a
       stop lasts.
    """
    width = rule.window_s // rule.step_s + 1
    if len(samples.at_s) < width:
        return []
    margin = rule.margin_s // rule.step_s
    stays: list[Stay] = []
    for first, last in _runs(_still_windows(samples, rule, width)):
        stays += _compact(samples, rule, first + margin, last + width - 1 - margin)
    merged = _merge(samples, rule, _apart(samples, stays))
    return [part for stay in merged for part in _by_place(samples, rule, stay)]


def _still_windows(samples: Samples, rule: StopRule, width: int) -> Bools:
    """For each window of `width` samples: did he stay at one place?"""
    east = sliding_window_view(samples.east_m, width)
    north = sliding_window_view(samples.north_m, width)
    claimed = np.median(sliding_window_view(samples.accuracy_m, width), axis=1)
    accuracy = np.minimum(claimed, rule.accuracy_at_most_m)
    away = np.hypot(east - np.median(east, axis=1)[:, None], north - np.median(north, axis=1)[:, None])
    most = int(rule.share * (width - 1))
    within = np.partition(away, most, axis=1)[:, most]
    third = width // 3
    drift = np.hypot(
        east[:, -third:].mean(axis=1) - east[:, :third].mean(axis=1),
        north[:, -third:].mean(axis=1) - north[:, :third].mean(axis=1),
    )
    still: Bools = (within <= rule.radius_m + rule.radius_per_accuracy * accuracy) & (
        drift <= rule.drift_m + rule.drift_per_accuracy * accuracy
    )
    return still


def _compact(samples: Samples, rule: StopRule, first: int, last: int) -> list[Stay]:
    """One stay of the samples [first, last], or several if they creep away from their middle, or none."""
    stay = _stay(samples, rule, first, last)
    away = _away(samples, stay)
    if np.quantile(away, rule.share) > stay.radius_m:
        middle = (first + last) // 2
        if (last - first) * rule.step_s < 2 * rule.window_s:
            return []
        return _compact(samples, rule, first, middle) + _compact(samples, rule, middle + 1, last)
    inside = np.flatnonzero(away <= stay.radius_m)
    return [_stay(samples, rule, first + int(inside[0]), first + int(inside[-1]))]


def _stay(samples: Samples, rule: StopRule, first: int, last: int) -> Stay:
    part = slice(first, last + 1)
    return Stay(
        first,
        last,
        float(np.median(samples.east_m[part])),
        float(np.median(samples.north_m[part])),
        radius_m(samples.accuracy_m[part], rule),
    )


def radius_m(claimed_m: Floats, rule: StopRule) -> float:
    """How far from the middle of a stop positions of this accuracy may lie."""
    off_m = min(float(np.median(claimed_m)), rule.accuracy_at_most_m)
    return rule.radius_m + rule.radius_per_accuracy * off_m


def accuracy_m(radius_m: float, rule: StopRule) -> float:
    """The accuracy that asks for this radius."""
    return (radius_m - rule.radius_m) / rule.radius_per_accuracy


def core_radius_m(samples: Samples, stay: Stay, rule: StopRule) -> float:
    """How far from the middle of a stop he has not yet come to it, or has left it."""
    usual = float(np.quantile(_away(samples, stay), rule.share))
    return min(stay.radius_m, max(rule.core_m, rule.core_times * usual))


def _away(samples: Samples, stay: Stay) -> Floats:
    part = slice(stay.first, stay.last + 1)
    return np.hypot(samples.east_m[part] - stay.east_m, samples.north_m[part] - stay.north_m)


def _apart(samples: Samples, stays: list[Stay]) -> list[Stay]:
    """Cut overlapping stays apart: a sample that two claim belongs to the nearer one."""
    apart: list[Stay] = []
    for stay in stays:
        border = stay.first
        if apart and apart[-1].last >= stay.first:
            before = apart.pop()
            border = min(max(_border(samples, before, stay), before.first + 1), stay.last)
            apart.append(before._replace(last=border - 1))
        apart.append(stay._replace(first=border))
    return apart


def _border(samples: Samples, before: Stay, after: Stay) -> int:
    """The first sample of the overlap that is nearer to the later stay."""
    part = slice(after.first, before.last + 1)
    east, north = samples.east_m[part], samples.north_m[part]
    nearer = np.hypot(east - after.east_m, north - after.north_m) < np.hypot(
        east - before.east_m, north - before.north_m
    )
    return after.first + int(np.argmax(nearer)) if nearer.any() else before.last + 1


def _merge(samples: Samples, rule: StopRule, stays: list[Stay]) -> list[Stay]:
    merged: list[Stay] = []
    for stay in stays:
        if merged and _is_one(samples, rule, merged[-1], stay):
            merged.append(_stay(samples, rule, merged.pop().first, stay.last))
        else:
            merged.append(stay)
    return merged


def _is_one(samples: Samples, rule: StopRule, before: Stay, after: Stay) -> bool:
    unsure_m = min(accuracy_m(before.radius_m, rule), accuracy_m(after.radius_m, rule))
    apart_m = np.hypot(before.east_m - after.east_m, before.north_m - after.north_m)
    seconds = samples.at_s[after.first] - samples.at_s[before.last]
    if apart_m > rule.merge_m + unsure_m or seconds > rule.merge_within_s:
        return False
    between = before._replace(first=before.last, last=after.first)
    return bool(_away(samples, between).max() <= rule.excursion_m + 2 * unsure_m)


def _by_place(samples: Samples, rule: StopRule, stay: Stay) -> list[Stay]:
    """The stay, or its parts if it is at several places."""
    border, apart_m = _change_of_place(samples, stay)
    if apart_m < rule.place_m:
        return [stay]
    parts = _stay(samples, rule, stay.first, border - 1), _stay(samples, rule, border, stay.last)
    off_m = max(_off_m(samples, rule, part) for part in parts)
    is_long = all((part.last - part.first) * rule.step_s >= rule.shortest_s for part in parts)
    if (is_long and apart_m >= rule.place_per_accuracy * off_m) or (
        apart_m >= rule.driven_per_accuracy * off_m and _drove(samples, rule, stay, border)
    ):
        return [one for part in parts for one in _by_place(samples, rule, part)]
    return [stay]


def _change_of_place(samples: Samples, stay: Stay) -> tuple[int, float]:
    """The sample from which on he was most clearly elsewhere, and how far the middles before and after it are apart.

    Of all ways to cut the stay in two, it leaves the least squares of distances from the two middles.
    """
    many = stay.last - stay.first + 1
    if many < 2:
        return stay.last, 0.0
    part = slice(stay.first, stay.last + 1)
    before = np.arange(1, many)
    sizes = before * (many - before)
    sums = [np.cumsum(one[part] - one[part].mean())[:-1] for one in (samples.east_m, samples.north_m)]
    squares = sums[0] * sums[0] + sums[1] * sums[1]
    best = int(np.argmax(squares / sizes))
    return stay.first + 1 + best, float(np.sqrt(squares[best])) * many / float(sizes[best])


def _off_m(samples: Samples, rule: StopRule, stay: Stay) -> float:
    """How far the positions of a stay are off: as most of them are, or as the phone claims if that is more."""
    usual = float(np.quantile(_away(samples, stay), CLAIMED))
    return max(usual, accuracy_m(stay.radius_m, rule))


def _drove(samples: Samples, rule: StopRule, stay: Stay, border: int) -> bool:
    """Whether he went faster than people walk around this sample, more than the accuracy of positions explains."""
    around = round(DRIVE_WITHIN_S / rule.step_s)
    first, last = max(stay.first, border - around), min(stay.last, border + around)
    part = slice(first, last + 1)
    east, north = samples.east_m[part], samples.north_m[part]
    off_m = float(np.median(samples.accuracy_m[part]))
    longest = min(round(DRIVE_LASTS_S / rule.step_s), last - first)
    return any(
        _farthest_m(east, north, lag) > off_m + WALK_MPS * lag * rule.step_s for lag in range(1, longest + 1)
    )


def _farthest_m(east: Floats, north: Floats, lag: int) -> float:
    """How far he came within so many samples."""
    return float(np.hypot(east[lag:] - east[:-lag], north[lag:] - north[:-lag]).max())


def _runs(mask: Bools) -> list[tuple[int, int]]:
    """[first, last] of each stretch of true values."""
    edges = np.flatnonzero(np.diff(np.concatenate(([False], mask, [False])).astype(np.int8)))
    return [(int(first), int(last) - 1) for first, last in edges.reshape(-1, 2)]
