"""A ping as a phone said it, and as it is read back."""

import struct
from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID

from app.core.places import Place

UNKNOWN = float("nan")
"""Stands for null in the hash. No ping has it: what is not a number is refused."""
TRUTHS = {None: 0, False: 1, True: 2}
NUMBERS = struct.Struct("<8dqBB")


class Ping(NamedTuple):
    """What a phone said. Units are in the names, degrees are those of WGS 84. None: it said nothing about it."""

    at: datetime
    """By the phone's clock; UTC."""
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
    """Hash of what was said, and who said it: 64 bits with a sign. The same ping has the same hash, always."""
    numbers = NUMBERS.pack(
        ping.at.timestamp(),
        ping.lat,
        ping.lon,
        UNKNOWN if ping.accuracy_m is None else ping.accuracy_m,
        UNKNOWN if ping.speed_mps is None else ping.speed_mps,
        UNKNOWN if ping.heading_deg is None else ping.heading_deg,
        UNKNOWN if ping.altitude_m is None else ping.altitude_m,
        UNKNOWN if ping.battery_pct is None else ping.battery_pct,
        -1 if ping.seq is None else ping.seq,
        TRUTHS[ping.is_charging],
        TRUTHS[ping.is_mock],
    )
    words = f"{ping.provider}\0{ping.activity}\0{ping.trigger}".encode("utf-8", "surrogatepass")
    said = worker_id.bytes + device_id.bytes + numbers + words
    return int.from_bytes(blake2b(said, digest_size=8).digest(), "big", signed=True)
