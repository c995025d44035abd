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

YEAR_MIN = 2020


def check_device_time(moment: datetime) -> None:
    """A clock that was never set must not write history.

    Raises:
        ValueRefused: before 2020; the edge answers 400.
    """
    if moment.year < YEAR_MIN:
        raise ValueRefused("device_clock", year=moment.year)


class FieldCommand(In):
    """A tap on a phone. It may arrive late, and more than once: `command_id` makes it happen once."""

    command_id: UUID
    """Made by the phone when the worker tapped; a retry sends the same one."""
    occurred_at: Moment
    """The phone's clock when he tapped."""
    sent_at: Moment | None = None
    """The same clock when this is sent, so that a wrong one does no harm; a retry says it anew."""
    device_seq: Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)] | None = None
    """Counts the commands of this device, from 0."""
    point: Point | None = None
    accuracy_m: Annotated[float, msgspec.Meta(ge=0, le=100_000)] | None = None
    """Radius of the point's 68 % circle, metres."""

    def __post_init__(self) -> None:
        check_device_time(self.occurred_at)

    def happened_at(self, now: datetime) -> datetime:
        """When he tapped, as far as is known, UTC; not later than `now`."""
        return happened_at(self.occurred_at, sent_at=self.sent_at, received_at=now)

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
