"""Decisions about positions: values in, values out."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.core.places import Place, distance_m

CLOCK_AHEAD_MAX = timedelta(minutes=2)
"""A position from further in the future than this is refused: the phone's clock is wrong."""
ACCURACY_WORST_M = 1_000
"""A position that may be further off than this says nothing about the way to a client."""
NO_FIX = Place(lat=0, lon=0)
NO_FIX_WITHIN_M = 1_000
"""Phones without a fix send zeroes. Nobody installs windows in the Gulf of Guinea."""
FASTEST_M_PER_S = 70
"""250 km/h: faster than any car or train of ours, so one of two positions is wrong."""
POSITION_FRESH_FOR = timedelta(minutes=15)
"""An older position does not say where somebody is now, and cannot speak against a new one."""


class Fault(StrEnum):
    """Why a position is not taken as that of a worker."""

    NO_FIX = "no_fix"
    INACCURATE = "inaccurate"
    TOO_FAST = "too_fast"
    OLDER = "older"


class Fix(NamedTuple):
    """Where a phone was."""

    place: Place
    accuracy_m: float
    """The phone was within this radius with a probability of 68 %."""
    at: datetime


def fault_of_place(place: Place, accuracy_m: float | None) -> Fault | None:
    """What is wrong with a position by itself. None: it can be right."""
    if distance_m(place, NO_FIX) <= NO_FIX_WITHIN_M:
        return Fault.NO_FIX
    if accuracy_m is not None and accuracy_m > ACCURACY_WORST_M:
        return Fault.INACCURATE
    return None


def fault_of_fix(fix: Fix, last: Fix | None) -> Fault | None:
    """What is wrong with a position, also beside the last known one. None: it is the newest that can be right.

    If the last one was the wrong one, it speaks against right ones for a quarter of an hour at most.
    """
    if fault := fault_of_place(fix.place, fix.accuracy_m):
        return fault
    if last is None:
        return None
    if fix.at <= last.at:
        return Fault.OLDER
    seconds = (fix.at - last.at).total_seconds()
    gone_m = distance_m(fix.place, last.place) - fix.accuracy_m - last.accuracy_m
    if fix.at - last.at < POSITION_FRESH_FOR and gone_m > FASTEST_M_PER_S * seconds:
        return Fault.TOO_FAST
    return None
