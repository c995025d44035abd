"""When a phone is silent. What is usual is judged by the pauses nearby, never by those of the whole day."""

import numpy as np

from app.tracking.facts.policies.track import SECOND_US, Bools, Floats, Track, leg_lengths_m

SILENT_S = 360.0
"""A longer time without positions is a gap. Many apps send every five minutes while the phone lies still."""
SILENT_AT_MOST_S = 900.0
"""Also for a phone that sends rarely."""
SILENT_PACES = 3.0
"""A pause may be this many times as long as the usual ones beside it."""
NEARBY_US = 2700 * SECOND_US
"""Pauses that end or begin so soon before or after say what is usual."""
SHARE = 0.5
"""Of the time nearby that such pauses take, if they are usual."""
USUAL_TIMES = 2
"""So many of them at least. A pause that is alone is no heartbeat."""
SAME_PLACE_M = 40.0
"""Two positions so near to each other, and as much more as the worse one may be off, are one place."""


def silent_legs(track: Track) -> Bools:
    """Mask of the legs, from each position to the next one, in which the devices were silent.

    A pause of at most six minutes is none, and one of more than 15 minutes always is. In between it is none if pauses
    like it are usual nearby: at rest many apps send every ten minutes, so at one place it is enough that they are
    usual before it or after it. On the way they must be usual before it and after it.
    """
    if len(track) < 2:
        return np.zeros(0, dtype=np.bool_)
    pauses_s = track.seconds()
    silent: Bools = pauses_s > SILENT_S
    slack_m = SAME_PLACE_M + np.maximum(track.accuracy_m[:-1], track.accuracy_m[1:])
    stays = leg_lengths_m(track) <= slack_m
    for leg in np.flatnonzero(silent & (pauses_s <= SILENT_AT_MOST_S)).tolist():
        silent[leg] = not _is_usual(track, pauses_s, leg, stays=bool(stays[leg]))
    return silent


def _is_usual(track: Track, pauses_s: Floats, leg: int, *, stays: bool) -> bool:
    at_us = track.at_us
    first = int(np.searchsorted(at_us, at_us[leg] - NEARBY_US))
    last = int(np.searchsorted(at_us, at_us[leg + 1] + NEARBY_US, side="right")) - 1
    before, after = (_not_broken(pauses_s[first:leg]), _not_broken(pauses_s[leg + 1 : last]))
    like_s = float(pauses_s[leg]) / SILENT_PACES
    both = np.concatenate((before, after))
    if stays:
        return any(_prevail(pauses, like_s) for pauses in (before, after, both))
    return _prevail(both, like_s) and all(
        _share(pauses, like_s) >= SHARE for pauses in (before, after) if len(pauses)
    )


def _not_broken(pauses_s: Floats) -> Floats:
    """Without those that are silences in any case."""
    usual: Floats = pauses_s[pauses_s <= SILENT_AT_MOST_S]
    return usual


def _prevail(pauses_s: Floats, like_s: float) -> bool:
    return int((pauses_s >= like_s).sum()) >= USUAL_TIMES and _share(pauses_s, like_s) >= SHARE


def _share(pauses_s: Floats, like_s: float) -> float:
    """Of the time, how much passes in pauses so long."""
    whole = float(pauses_s.sum())
    return float(pauses_s[pauses_s >= like_s].sum()) / whole if whole else 0.0


def patience_s(pauses_s: Floats, silent: Bools, leg: int) -> float:
    """How long nothing may come beside this leg, at the edge of the track, before it is silence."""
    has_heartbeat = len(pauses_s) > 0 and pauses_s[leg] > SILENT_S and not silent[leg]
    return SILENT_AT_MOST_S if has_heartbeat else SILENT_S
