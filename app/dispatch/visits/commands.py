from datetime import datetime
from uuid import UUID

import msgspec

from app.core.clock import corrected_time, happened_at
from app.core.ids import uuid7
from app.core.places import Place


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A tap on a phone or a click in the office, and when it happened."""

    command_id: UUID
    """The same command sent again has no second effect."""
    occurred_at: datetime
    """By the device's clock. Deadlines are judged by the server's clock."""
    sent_at: datetime | None = None
    """By the device's clock, when the command was sent. Shows how wrong that clock is."""
    device_id: UUID | None = None
    device_seq: int | None = None
    point: Place | None = None
    """Position of the device."""
    accuracy_m: float | None = None
    """The device is within this radius with a probability of 68 %. Metres."""

    def corrected_at(self, now: datetime) -> datetime | None:
        """`occurred_at` by the server's clock. None if the device did not say when it sent the command."""
        return corrected_time(self.occurred_at, sent_at=self.sent_at, received_at=now)

    def happened_at(self, now: datetime) -> datetime:
        """The best estimate of when it happened. Not later than `now`."""
        return happened_at(self.occurred_at, sent_at=self.sent_at, received_at=now)


def office_command(now: datetime) -> Command:
    return Command(command_id=uuid7(), occurred_at=now)
