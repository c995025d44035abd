"""When somebody was at the site of a visit, by positions. The worker's own word is kept elsewhere."""

import itertools
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

import numpy as np

from app.tracking.facts.policies.gaps import Span
from app.tracking.facts.policies.segments import Segment
from app.tracking.facts.policies.silences import silent_legs
from app.tracking.facts.policies.track import SECOND_US, Bools, Track, metres_between

NEAR_M = 100.0
"""Whoever is nearer than this has come to the site. A house and its yard."""
AWAY_M = 150.0
"""Whoever is further than this has left it. More than NEAR_M, so that jitter at the edge is not coming and going."""
BRIEFLY_AWAY_US = 300 * SECOND_US
"""Whoever comes back sooner was at the car or at the shop."""
UNSEEN_AT_MOST_US = 2 * 3600 * SECOND_US
"""A basement has no reception. Whoever is there before and after a silence of this length stayed, probably."""
DWELL_S = 120.0


class VisitSite(NamedTuple):
    """Where a visit of the worker is."""

    visit_id: UUID
    site_id: UUID
    lat: float
    lon: float
    starts_us: int
    """As planned."""


class Presence(NamedTuple):
    """Somebody was at a site in [span)."""

    site: VisitSite
    span: Span
    first: int
    last: int
    """His positions are `track[first:last]`, also those some steps outside."""
    unseen_us: int
    """Of it without positions."""
    middle_m: float
    """Median distance from the site."""


def find_presences(track: Track, stops: Sequence[Segment], sites: Sequence[VisitSite]) -> list[Presence]:
    """Presences of at least two minutes that contain a stop, by time. Driving past and waiting at a light are none.

    Of several visits to one place each gets the presences that are nearest to its planned time.
    """
    silent = silent_legs(track)
    found = [
        presence
        for site in sorted(sites)
        for presence in _at_site(track, site, silent)
        if _has_stop(presence, stops)
    ]
    kept = [one for one in found if not any(_is_nearer(other, one) for other in found)]
    return sorted(kept, key=lambda one: (one.span, one.site.visit_id))


def _at_site(track: Track, site: VisitSite, silent: Bools) -> list[Presence]:
    away = metres_between(track.lat, track.lon, site.lat, site.lon)
    is_here = away <= AWAY_M
    presences: list[Presence] = []
    for first, last in _times_here(track, np.flatnonzero(is_here)):
        near = np.flatnonzero(away[first:last] <= NEAR_M)
        if not len(near):
            continue
        entered = first + int(near[0])
        steps = np.diff(track.at_us[entered:last])
        presences.append(
            Presence(
                site,
                Span(int(track.at_us[entered]), int(track.at_us[last - 1])),
                entered,
                last,
                int(steps[silent[entered : last - 1]].sum()),
                float(np.median(away[entered:last])),
            )
        )
    return [one for one in presences if one.span.to_us - one.span.from_us >= DWELL_S * SECOND_US]


def _times_here(track: Track, here: np.ndarray) -> list[tuple[int, int]]:
    """[first, last) of the positions of each time at the site. `here` are the indices of positions there.

    Between two of them he may be away for five minutes, or unseen for two hours.
    """
    if not len(here):
        return []
    pauses = np.diff(track.at_us[here])
    unseen = np.diff(here) == 1
    ends = np.flatnonzero(pauses > np.where(unseen, UNSEEN_AT_MOST_US, BRIEFLY_AWAY_US)) + 1
    groups = [0, *ends.tolist(), len(here)]
    return [(int(here[first]), int(here[last - 1]) + 1) for first, last in itertools.pairwise(groups)]


def _has_stop(presence: Presence, stops: Sequence[Segment]) -> bool:
    seen_us = 0
    for stop in stops:
        if stop.stop is None:
            continue
        away = metres_between(stop.stop.lat, stop.stop.lon, presence.site.lat, presence.site.lon)
        common = Span(stop.from_us, stop.to_us).within(presence.span)
        if away <= AWAY_M and not common.is_empty:
            seen_us += common.to_us - common.from_us
    return seen_us >= DWELL_S * SECOND_US


def _is_nearer(other: Presence, one: Presence) -> bool:
    """Another visit to the same place was planned nearer to this time."""
    same_place = other.site.site_id == one.site.site_id and other.site.visit_id != one.site.visit_id
    if not same_place or other.span.within(one.span).is_empty:
        return False
    return (_off_us(other), other.site.visit_id) < (_off_us(one), one.site.visit_id)


def _off_us(presence: Presence) -> int:
    return abs(presence.site.starts_us - presence.span.from_us)
