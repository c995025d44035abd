"""What every command from a phone carries."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import msgspec

from app.core.clock import happened_at
from app.core.scope import Scope
from app.dispatch.api import Command
from app.http.schemas import In, Moment, Point
from app.http.wording import ValueRefused
from app.workforce.api import Fault, fault_of_place

YEAR_MIN = 2020
YEAR_MAX = 2099
SEQ_MAX = 2**31 - 2
"""The number after it can be stored, too."""


def check_device_time(moment: datetime, field: str = "") -> None:
    """Refuse a time from a device whose clock was never set, or was set to nonsense.

    Raises:
        ValueRefused: before 2020 or after 2099; answered with 400.
    """
    if not YEAR_MIN <= moment.year <= YEAR_MAX:
        raise ValueRefused("device_clock", field=field, year=moment.year)


class Envelope(In):
    """What a phone says of a command beside its content. Old apps leave some of it out."""

    command_id: UUID | None = None
    """Made by the phone when the worker taps. A retry sends the same one."""
    occurred_at: Moment | None = None
    """When the worker tapped, by the phone's clock. Default: now."""
    sent_at: Moment | None = None
    """When this is sent, by the phone's clock. Corrects a wrong clock. A retry sends the new time."""
    device_seq: Annotated[int, msgspec.Meta(ge=0, le=SEQ_MAX)] | None = None
    """Number of the command on this device, from 0. Its commands have one sequence, whichever way they are sent."""
    point: Point | None = None
    accuracy_m: Annotated[float, msgspec.Meta(ge=0, le=100_000)] | None = None
    """The phone is within this radius with a probability of 68 %. Metres."""

    def __post_init__(self) -> None:
        if self.occurred_at is not None:
            check_device_time(self.occurred_at)
        if self.sent_at is not None:
            check_device_time(self.sent_at, "sent_at")

    def happened_at(self, now: datetime) -> datetime:
        """The best estimate of when the worker tapped. Not later than `now`."""
        return happened_at(self.occurred_at or now, sent_at=self.sent_at, received_at=now)

    def point_fault(self) -> Fault | None:
        """Why `point` is not used. None: it is, or there is none."""
        return fault_of_place(self.point.place(), self.accuracy_m) if self.point else None


class FieldCommand(Envelope):
    """A tap on a phone. It may arrive late and more than once; `command_id` makes it take effect once."""

    command_id: UUID
    """Made by the phone when the worker taps. A retry sends the same one."""
    occurred_at: Moment
    """When the worker tapped, by the phone's clock."""

    def command(self, caller: Scope) -> Command:
        return Command(
            command_id=self.command_id,
            occurred_at=self.occurred_at.astimezone(UTC),
            sent_at=self.sent_at,
            device_id=caller.device_id,
            device_seq=self.device_seq,
            point=self.point.place() if self.point else None,
            accuracy_m=self.accuracy_m,
        )
