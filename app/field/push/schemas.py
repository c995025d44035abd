from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from app.field.schemas import check_device_time
from app.http.problems import Problem
from app.http.schemas import In, Moment, Out
from app.http.wording import ValueRefused

COMMANDS_MAX = 500
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]


class LostNumbers(In):
    """Numbers whose commands the phone has lost: from `from_seq` up to `until_seq`, without it."""

    from_seq: Seq
    """The first number that is lost."""
    until_seq: Seq
    """The first number that is not lost any more. To say that number 7 is lost, send 7 and 8."""

    def __post_init__(self) -> None:
        if self.from_seq >= self.until_seq:
            raise ValueRefused("range_empty", field="until_seq", since=self.from_seq, until=self.until_seq)


class PushCommands(In, kw_only=True):
    """What a phone has kept, in any order. Sending it twice does no harm."""

    sent_at: Any = None
    """By the phone's clock. Shows how wrong that clock is. If it is missing or no time that can be, the commands are
    taken all the same, and the times at which they were given are less certain."""
    commands: Annotated[list[Any], msgspec.Meta(max_length=COMMANDS_MAX)]
    """`{"kind": "accept_visit", "subject_id": …, "command": {…}}`. `kind` is the operation of the command's own route
    in snake case, `subject_id` the id in its path (of the visit, act …), `command` its body with `command_id`,
    `occurred_at` and `device_seq`. Each is judged by itself: one that cannot be read spoils no other."""
    lost: Annotated[list[LostNumbers], msgspec.Meta(max_length=100)] = []
    """Numbers that will never come."""
    waiting: Annotated[list[UUID], msgspec.Meta(max_length=COMMANDS_MAX)] = []
    """Commands that were told `waiting` and need not be sent again. What has become of them is in `settled`."""

    @property
    def sent(self) -> datetime | None:
        """`sent_at`, if it is a time that can be."""
        try:
            moment = msgspec.convert(self.sent_at, Moment)
            check_device_time(moment)
        except ValueError:
            return None
        return moment


class CommandVerdictOut(Out):
    """What became of one command."""

    index: int | None
    """Its place in the batch. Null: it came with an earlier batch and waited."""
    command_id: UUID | None
    device_seq: int | None
    verdict: Literal["applied", "duplicate", "conflict", "rejected", "waiting"]
    """`duplicate`: it was applied when it came first. `conflict`: the office has changed things meanwhile; a person
    decides, and the phone forgets it. `rejected`: see `problem`; it may be mended and sent again. `waiting`: it is kept
    here and is carried out as soon as what it lacks has come. The phone asks again by its id in `waiting`, or sends it
    again."""
    status: int
    """As its own route would have answered."""
    answer: Any = None
    """As its own route would have answered. Null unless applied."""
    problem: Problem | None = None
    """Why it was not applied."""


class PushedOut(Out):
    expected_seq: int
    """The first number that has not come. Commands beyond it wait."""
    clock_offset_s: float
    """Seconds by which the phone's clock is slow. Negative: it is fast."""
    verdicts: list[CommandVerdictOut]
    """In the order of the batch."""
    settled: list[CommandVerdictOut]
    """Commands of earlier batches that waited: those carried out just now, and those that the phone asked for."""
