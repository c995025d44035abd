from datetime import datetime
from uuid import UUID

import msgspec

from app.core.ids import uuid7


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A tap on a phone or a click in the office, with the time it really happened."""

    command_id: UUID
    """The same command sent again has no second effect."""
    occurred_at: datetime
    """The device's clock; deadlines are judged by the server's."""
    device_id: UUID | None = None
    device_seq: int | None = None
    point: tuple[float, float] | None = None
    """(longitude, latitude)."""
    accuracy_m: float | None = None
    """Radius of the point's 68 % circle."""


def office_command(now: datetime) -> Command:
    return Command(command_id=uuid7(), occurred_at=now)
