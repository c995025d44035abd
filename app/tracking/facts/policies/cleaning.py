"""Which positions can be used, and what is wrong with the others. Raw positions stay as they are."""

import itertools
from typing import NamedTuple

import numpy as np

from app.tracking.facts.policies.track import (
    SECOND_US,
    Bools,
    Floats,
    Ints,
    Track,
    leg_lengths_m,
    metres_between,
)

ACCURACY_WORST_M = 150.0
"""A position that may be further off says that the phone is alive, but not where it is."""
FASTEST_MPS = 70.0
"""250 km/h. Faster than any car or train of ours: one of the two positions is wrong."""
SPIKE_M = 150.0
SPIKE_WITHIN_S = 60.0
SAME_PLACE_M = 40.0
EXCURSION_S = 300.0
SPIKE_RETURN = 0.25
"""A spike comes back to within this share of how far it went."""
ALONE = 2
"""So many positions on each side of an impossible leg may be wrong by themselves."""
LOOK_BACK = 40
"""Over how many pieces the longest possible way may jump."""
DEVICE_SILENT_S = 300.0
"""After this time without the leading device another one of the worker fills in."""


class Usable(NamedTuple):
    """Positions of which a way can be made, and findings about the rest."""

    track: Track
    mock: Track
    vague: Track
    """Too inaccurate."""
    wrong: Track
    """Left out because nobody gets there and back so fast."""
    impossible: list[tuple[int, int]]
    """Pairs of indices into `by_device`: legs of one device that nobody can make."""
    by_device: Track
    """What the pairs refer to: exact, not invented positions, ordered by device and time."""


def choose_usable(track: Track) -> Usable:
    """Take the usable positions of the leading device. The result depends on the set of positions alone.

    1. Invented positions (`is_mock`) and those with an error above 150 m are put aside.
    2. For each device: where a leg is faster than 250 km/h, the way is cut. Of the pieces the chain with most positions
       that can be travelled stays; the others are wrong.
    3. A single position that jumps away and back within a minute is wrong too.
    4. The device that saw most of the time leads. Others count only where it is silent for more than five minutes.
    """
    is_mock = np.array([bool(one.is_mock) for one in track.fixes], dtype=np.bool_)[track.row]
    is_vague = ~is_mock & (track.accuracy_m > ACCURACY_WORST_M)
    exact = track.take(~is_mock & ~is_vague)
    exact = exact.take(np.lexsort((exact.at_us, exact.device)))
    good = np.ones(len(exact), dtype=np.bool_)
    impossible: list[tuple[int, int]] = []
    for first, last in _spans(exact.device):
        one = exact.take(slice(first, last))
        cuts = impossible_legs(one)
        impossible += [(first + int(cut), first + int(cut) + 1) for cut in cuts]
        kept = _longest_way(one, cuts)
        kept[kept] = ~spikes(one.take(kept))
        good[first:last] = kept
    clean = exact.take(good)
    led = _follow_leader(clean)
    return Usable(
        led.take(np.argsort(led.at_us, kind="stable")),
        track.take(is_mock),
        track.take(is_vague),
        exact.take(~good),
        impossible,
        exact,
    )


def impossible_legs(track: Track) -> Ints:
    """Indices of positions from which nobody reaches the next one, even if both are as wrong as they say."""
    if len(track) < 2:
        return np.empty(0, dtype=np.int64)
    slack_m = track.accuracy_m[:-1] + track.accuracy_m[1:]
    seconds = track.seconds()
    return np.flatnonzero(leg_lengths_m(track) - slack_m > FASTEST_MPS * seconds)


def _longest_way(track: Track, cuts: Ints) -> Bools:
    """Mask of the positions on the way with most positions that can be travelled.

    The positions around an impossible leg are pieces by themselves, what lies between them is one piece. A piece may
    follow any earlier one from which it can be reached. Of two ways with equally many positions the earlier one stays.
    """
    if not len(cuts):
        return np.ones(len(track), dtype=np.bool_)
    around = np.add.outer(cuts, np.arange(1 - ALONE, ALONE + 2)).ravel()
    borders = np.unique(np.concatenate(([0], np.clip(around, 0, len(track)), [len(track)]))).tolist()
    pieces = list(itertools.pairwise(borders))
    best: list[tuple[int, int]] = []
    for number, (first, last) in enumerate(pieces):
        earlier = range(number - 1, max(-1, number - 1 - LOOK_BACK), -1)
        reachable = [one for one in earlier if _can_reach(track, pieces[one][1] - 1, first)]
        before = max(reachable, key=lambda one: best[one][0], default=-1)
        best.append((last - first + (best[before][0] if before >= 0 else 0), before))
    kept = np.zeros(len(track), dtype=np.bool_)
    piece = max(range(len(pieces)), key=lambda one: (best[one][0], -one))
    while piece >= 0:
        kept[slice(*pieces[piece])] = True
        piece = best[piece][1]
    return kept


def _can_reach(track: Track, here: int, there: int) -> bool:
    lat, lon = track.lat, track.lon
    gone_m = metres_between(lat[here], lon[here], lat[there], lon[there])
    slack_m = track.accuracy_m[here] + track.accuracy_m[there]
    seconds = (track.at_us[there] - track.at_us[here]) / SECOND_US
    return bool(gone_m - slack_m <= FASTEST_MPS * seconds)


def spikes(track: Track) -> Bools:
    """Mask of single positions that jump away and back.

    The neighbours lie close to each other and the position far from both. He may have driven there and back, unless
    that took less than a minute each way, or the two positions before and the two after it all lie at one place.
    """
    found = np.zeros(len(track), dtype=np.bool_)
    if len(track) < 3:
        return found
    legs = leg_lengths_m(track)
    away = np.minimum(legs[:-1], legs[1:])
    across = _across(track)
    seconds = track.seconds()
    quick = np.maximum(seconds[:-1], seconds[1:]) <= SPIKE_WITHIN_S
    found[1:-1] = (_stays_around(track)[1:-1] | quick) & (away > SPIKE_M) & (across < SPIKE_RETURN * away)
    return found


def _stays_around(track: Track) -> Bools:
    """Mask: the two positions before and the two after this one lie at one place, some minutes apart at most."""
    around = np.zeros(len(track), dtype=np.bool_)
    if len(track) < 5:
        return around
    slack_m = SAME_PLACE_M + np.maximum(track.accuracy_m[:-4], track.accuracy_m[4:])
    legs = leg_lengths_m(track)
    together = np.maximum(legs[:-3], legs[3:]) <= slack_m
    seconds = (track.at_us[3:-1] - track.at_us[1:-3]) / SECOND_US
    around[2:-2] = together & (_across(track)[1:-1] <= slack_m) & (seconds <= EXCURSION_S)
    return around


def _across(track: Track) -> Floats:
    """Distance from the position before to the position after each one, in metres."""
    lat, lon = track.lat, track.lon
    return metres_between(lat[:-2], lon[:-2], lat[2:], lon[2:])


def _follow_leader(track: Track) -> Track:
    """Positions of the leading device, and of others where it is silent. `track` is ordered by device and time."""
    spans = _spans(track.device)
    if len(spans) < 2:
        return track
    devices = [track.take(slice(*span)) for span in spans]
    ranked = sorted(range(len(devices)), key=lambda one: (-_seen_us(devices[one].at_us), one))
    led = devices[ranked[0]]
    for one in ranked[1:]:
        led = _join(led, devices[one].take(_in_silence(led.at_us, devices[one].at_us)))
    return led


def _seen_us(at_us: Ints) -> int:
    """How much of the time a device saw: silences of five minutes and more do not count."""
    steps = np.diff(at_us)
    return int(steps[steps < DEVICE_SILENT_S * SECOND_US].sum())


def _in_silence(leading_us: Ints, at_us: Ints) -> Bools:
    """Which moments lie in a silence of the leading device."""
    if not len(leading_us):
        return np.ones(len(at_us), dtype=np.bool_)
    after = np.searchsorted(leading_us, at_us)
    before_us = np.where(after > 0, leading_us[np.maximum(after - 1, 0)], -(2**61))
    after_us = np.where(after < len(leading_us), leading_us[np.minimum(after, len(leading_us) - 1)], 2**61)
    return after_us - before_us > DEVICE_SILENT_S * SECOND_US


def _join(one: Track, other: Track) -> Track:
    both = Track(
        one.fixes,
        *(np.concatenate(columns) for columns in zip(one[1:], other[1:], strict=True)),
    )
    return both.take(np.lexsort((both.device, both.at_us)))


def _spans(numbers: Ints) -> list[tuple[int, int]]:
    """[first, last) of each stretch of equal numbers."""
    if not len(numbers):
        return []
    borders = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), len(numbers)]
    return list(itertools.pairwise(borders))
