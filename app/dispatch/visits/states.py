"""A visit as commands read it, and the parts of a change: new values, history, events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.contracts.event import Event
from app.core.changes import Change, Insert, Update
from app.core.errors import CommandReused, DomainError, NotFound
from app.core.ids import uuid7
from app.dispatch.visits.commands import Command
from app.dispatch.visits.policies import VisitStatus, may_move
from app.workforce.api import VisitTime


class VisitNotFound(NotFound):
    code = "visit_not_found"


class VisitMoveRefused(DomainError):
    """The visit cannot get from its status to this one."""

    code = "visit_move_refused"


class VisitState(NamedTuple):
    """The row of a visit as a command reads it. Its fields have the names of the columns.

    The defaults are those of the table: a visit just planned is not read back.
    """

    id: UUID
    job_id: UUID
    number: int
    status: str
    starts_at: datetime
    ends_at: datetime
    window_starts_at: datetime
    window_ends_at: datetime
    ladder: list[dict[str, Any]]
    ladder_next: int = 0
    status_reason: str | None = None
    worker_id: UUID | None = None
    crew_id: UUID | None = None
    accept_by: datetime | None = None
    escalate_at: datetime | None = None
    accepted_at: datetime | None = None
    departed_at: datetime | None = None
    arrived_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    row_version: int = 1

    @property
    def time(self) -> VisitTime:
        return VisitTime(self.id, self.job_id, self.starts_at, self.ends_at)


class Done(NamedTuple):
    """What a command did when it came before."""

    visit_id: UUID
    kind: str


class Outcome(NamedTuple):
    """The result of a decision: the visit as it will be, the changes to write, the events to announce."""

    visit: VisitState
    changes: Sequence[Change] = ()
    news: Sequence[Event] = ()


def changed(visit: VisitState, *changes: Change, news: Sequence[Event] = (), **becomes: Any) -> Outcome:
    """An outcome that gives the visit new values. Writing it fails if somebody changed the visit meanwhile."""
    to = {name: value for name, value in becomes.items() if value != getattr(visit, name)}
    if not to:
        return Outcome(visit, changes, news)
    to["row_version"] = visit.row_version + 1
    update = Update("visit", {"id": visit.id, "row_version": visit.row_version}, to, expected=1)
    return Outcome(visit._replace(**to), [update, *changes], news)


def entry(
    visit_id: UUID,
    kind: str,
    *,
    by: UUID | None,
    now: datetime,
    command: Command | None = None,
    payload: dict[str, Any] | None = None,
) -> Insert:
    """One line of the visit's history.

    `by` is None when the system acted. Without a `command`, the office or the system acted, at `now`.
    """
    said = dict(payload or {})
    if command and command.accuracy_m is not None:
        said["accuracy_m"] = command.accuracy_m
    row = {
        "id": uuid7(),
        "visit_id": visit_id,
        "kind": kind,
        "actor_id": by,
        "command_id": command.command_id if command else None,
        "device_id": command.device_id if command else None,
        "device_seq": command.device_seq if command else None,
        "occurred_at": command.occurred_at if command else now,
        "corrected_at": command.corrected_at(now) if command else None,
        "received_at": now,
        "point": command.point.ewkt if command and command.point else None,
        "payload": said,
    }
    return Insert("visit_event", row)


def check_move(visit: VisitState, to: VisitStatus) -> None:
    """Refuse a move that `MOVES` does not have.

    Raises:
        VisitMoveRefused: the visit cannot get from its status to this one.
    """
    if not may_move(visit.status, to):
        raise VisitMoveRefused(was=visit.status, to=to)


def is_repeated(visit: VisitState, done: Done | None, kind: str) -> bool:
    """Whether this command was carried out before.

    Raises:
        CommandReused: its id was used for something else.
    """
    if done is None:
        return False
    if done != (visit.id, kind):
        raise CommandReused
    return True
