from datetime import datetime
from uuid import UUID

import msgspec

from app.core.clock import corrected_time, happened_at
from app.core.ids import uuid7
from app.core.places import Place


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """A tap on a phone or a click in the office, with the time it really happened."""

    command_id: UUID
    """The same command sent again has no second effect."""
    occurred_at: datetime
    """The device's clock; deadlines are judged by the server's."""
    sent_at: datetime | None = None
    """The same clock when it was sent: tells how wrong it is."""
    device_id: UUID | None = None
    device_seq: int | None = None
    point: Place | None = None
    """Where the device was."""
    accuracy_m: float | None = None
    """Radius of the point's 68 % circle."""

    def corrected_at(self, now: datetime) -> datetime | None:
        """`occurred_at` by our clock; None when the device does not tell enough."""
        return corrected_time(self.occurred_at, sent_at=self.sent_at, received_at=now)

    def happened_at(self, now: datetime) -> datetime:
        """The best that is known of when it happened; not later than `now`."""
        return happened_at(self.occurred_at, sent_at=self.sent_at, received_at=now)


def office_command(now: datetime) -> Command:
    return Command(command_id=uuid7(), occurred_at=now)
