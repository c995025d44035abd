"""The positions of one worker as columns, in one order, whatever order they came in."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from app.core.clock import EPOCH
from app.tracking.pings.values import StoredPing

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

SECOND_US = 1_000_000
DEGREE_M = 111_194.93
"""Metres of a degree of latitude: 6,371 km × π / 180, the sphere of `app.core.places`."""
ACCURACY_UNKNOWN_M = 20.0
"""What is assumed of a position without accuracy."""
ACCURACY_OF_SATELLITES_M = 10.0
"""What is assumed of one with 0, as Traccar Client for Android says of satellites. In a house they are further off."""


class Track(NamedTuple):
    """Positions in time order. All columns are equally long."""

    fixes: Sequence[StoredPing]
    """All positions of the worker that were looked at. `row` says which of them these are."""
    row: Ints
    content: Ints
    at_us: Ints
    lat: Floats
    lon: Floats
    accuracy_m: Floats
    device: Ints
    """Number of the device among those of the worker, in the order of their ids."""

    def __len__(self) -> int:
        return len(self.row)

    def take(self, which: Any) -> "Track":
        """The positions in this slice, at these indices, or where a mask is true."""
        return Track(self.fixes, *(column[which] for column in self[1:]))

    def fix(self, index: int) -> StoredPing:
        return self.fixes[int(self.row[index])]

    def seconds(self) -> Floats:
        """From each position to the next one."""
        return np.diff(self.at_us) / SECOND_US


class Located(Protocol):
    @property
    def lat(self) -> Floats: ...
    @property
    def lon(self) -> Floats: ...


def make_track(fixes: Iterable[StoredPing]) -> Track:
    """Put positions in one order: by time, device, accuracy and content.

    Of those that a device has at one and the same moment, the most accurate stays.
    """
    rows = list(fixes)
    numbers = {device: number for number, device in enumerate(sorted({one.device_id for one in rows}))}
    at_us = np.array([microseconds(one.at) for one in rows], dtype=np.int64)
    device = np.array([numbers[one.device_id] for one in rows], dtype=np.int64)
    accuracy_m = np.array([_accuracy(one) for one in rows], dtype=np.float64)
    content = np.array([one.content for one in rows], dtype=np.int64)
    order = np.lexsort((content, accuracy_m, device, at_us))
    again = (np.diff(at_us[order]) == 0) & (np.diff(device[order]) == 0)
    kept = order[np.concatenate(([True], ~again))] if rows else order
    lat = np.array([one.lat for one in rows], dtype=np.float64)
    lon = np.array([one.lon for one in rows], dtype=np.float64)
    return Track(rows, kept, content[kept], at_us[kept], lat[kept], lon[kept], accuracy_m[kept], device[kept])


def microseconds(moment: datetime) -> int:
    """Since 1970, exactly."""
    return round(moment.timestamp() * SECOND_US)


def moment_of(us: int) -> datetime:
    """Of microseconds since 1970 (UTC)."""
    return EPOCH + timedelta(microseconds=us)


def _accuracy(fix: StoredPing) -> float:
    if fix.accuracy_m is None:
        return ACCURACY_UNKNOWN_M
    return max(fix.accuracy_m, 1.0) if fix.accuracy_m else ACCURACY_OF_SATELLITES_M


def metres_between(lat_1: Any, lon_1: Any, lat_2: Any, lon_2: Any) -> Floats:
    """Distance over ground. An equirectangular approximation: within 0.1 % of the haversine formula below 100 km."""
    east = (lon_2 - lon_1) * np.cos(np.radians((lat_1 + lat_2) / 2))
    metres: Floats = DEGREE_M * np.hypot(lat_2 - lat_1, east)
    return metres


def leg_lengths_m(track: Located) -> Floats:
    """From each position to the next one."""
    lat, lon = track.lat, track.lon
    return metres_between(lat[:-1], lon[:-1], lat[1:], lon[1:])
