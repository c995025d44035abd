"""A ping as a phone said it, and as it is read back."""

from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

import msgspec

from app.core.places import Place

ACCURACY_MAX_M = 1_000_000
SPEED_MAX_MPS = 1_000
HEADING_MAX_DEG = 360
ALTITUDE_MIN_M, ALTITUDE_MAX_M = -20_000, 100_000
"""What is beyond these says nothing of a phone."""


class Ping(NamedTuple):
    """What a phone said. Units are in the names, degrees are those of WGS 84. None: it said nothing about it."""

    at: datetime
    """By the phone's clock, with an offset."""
    lat: float
    lon: float
    accuracy_m: float | None = None
    speed_mps: float | None = None
    heading_deg: float | None = None
    altitude_m: float | None = None
    battery_pct: float | None = None
    is_charging: bool | None = None
    provider: str | None = None
    activity: str | None = None
    is_mock: bool | None = None
    trigger: str | None = None
    seq: int | None = None

    def place(self) -> Place:
        return Place(lat=self.lat, lon=self.lon)


class Sent(NamedTuple):
    """Pings of one device that came together."""

    worker_id: UUID
    device_id: UUID
    pings: Sequence[Ping]
    clock_offset_s: int
    received_at: datetime
    is_of_tracker: bool = False
    """Whether `device_id` is a tracker, which may have been revoked."""
    is_seen_anew: bool = False
    """Whether it has to be noted that this tracker has sent something."""


class StoredPing(NamedTuple):
    """A ping of a worker as it is kept."""

    at: datetime
    """True time; UTC."""
    device_id: UUID
    content: int
    received_at: datetime
    clock_offset_s: int
    seq: int | None
    lat: float
    lon: float
    accuracy_m: float | None
    speed_mps: float | None
    heading_deg: float | None
    altitude_m: float | None
    battery_pct: float | None
    is_charging: bool | None
    provider: str | None
    activity: str | None
    is_mock: bool | None
    trigger: str | None


def content_of(worker_id: UUID, device_id: UUID, ping: Ping) -> int:
    """Hash of what was said, and who said it: 64 bits with a sign. The same ping has the same hash, always.

    MessagePack writes the same values as the same bytes: a time is one moment whatever its zone, and floats have eight.
    """
    said = worker_id.bytes + device_id.bytes + msgspec.msgpack.encode(ping)
    return int.from_bytes(blake2b(said, digest_size=8).digest(), "big", signed=True)
