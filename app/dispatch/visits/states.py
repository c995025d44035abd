"""A visit as commands read it, and the parts of a change: new values, history, events."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from app.contracts.event import Event
from app.core.changes import Change, Insert, Update
from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.dispatch.visits.commands import Command
from app.dispatch.visits.policies import HELD_BY_WORKER, Phase, VisitStatus, may_move, phase_of
from app.workforce.api import VisitTime

HOLD = timedelta(seconds=2)
"""How long the client is not told of a change. If the office corrects it at once, he gets one message."""
WHEN_MADE = (
    "id",
    "job_id",
    "number",
    "status",
    "starts_at",
    "ends_at",
    "window_starts_at",
    "window_ends_at",
    "ladder",
    "is_new_client",
)
"""The columns of a new visit. The others have the defaults of the table."""


class VisitNotFound(NotFound):
    code = "visit_not_found"


class VisitMoveRefused(DomainError):
    """The visit cannot get from its status to this one."""

    code = "visit_move_refused"


class VisitIsPinned(DomainError):
    """The office wants the visit to stay as it is. Unpin it first."""

    code = "visit_pinned"


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
    accept_within_s: int | None = None
    status_reason: str | None = None
    worker_id: UUID | None = None
    crew_id: UUID | None = None
    accept_by: datetime | None = None
    escalate_at: datetime | None = None
    accepted_at: datetime | None = None
    departed_at: datetime | None = None
    expected_at: datetime | None = None
    arrived_at: datetime | None = None
    started_at: datetime | None = None
    finished_at: datetime | None = None
    client_answer: str | None = None
    client_answered_at: datetime | None = None
    is_new_client: bool = False
    is_pinned: bool = False
    row_version: int = 1

    @property
    def time(self) -> VisitTime:
        return VisitTime(self.id, self.job_id, self.starts_at, self.ends_at)


class Outcome(NamedTuple):
    """The result of a decision: the visit as it will be, the changes to write, the events to announce."""

    visit: VisitState
    changes: Sequence[Change] = ()
    news: Sequence[Event] = ()


def made(visit: VisitState, *changes: Change, news: Sequence[Event] = (), now: datetime) -> Outcome:
    """The outcome that makes a visit. The client is told of it a little later (see `HOLD`).

    `made` and `changed` are the only places that write a visit. So no command can forget the client:
    tests/building/test_telling.py looks for others.
    """
    row = {name: getattr(visit, name) for name in WHEN_MADE}
    clock = Insert("visit_telling", {"visit_id": visit.id, "tell_at": now + HOLD})
    return Outcome(visit, [Insert("visit", row), clock, *changes], news)


def changed(
    visit: VisitState, *changes: Change, news: Sequence[Event] = (), now: datetime, **becomes: Any
) -> Outcome:
    """An outcome that gives the visit new values. Writing it fails if somebody changed the visit meanwhile.

    If the client would see the change, the clock is set that compares what he knows with what is true.
    """
    to = {name: value for name, value in becomes.items() if value != getattr(visit, name)}
    if not to:
        return Outcome(visit, changes, news)
    to["row_version"] = visit.row_version + 1
    update = Update("visit", {"id": visit.id, "row_version": visit.row_version}, to, expected=1)
    becomes_visit = visit._replace(**to)
    return Outcome(becomes_visit, [update, *changes, *_clocks(visit, becomes_visit, now=now)], news)


def _clocks(was: VisitState, visit: VisitState, *, now: datetime) -> list[Update]:
    """Set the clock of the telling if the client would see the change. Departures and their end are told at once."""
    seen, before = sight_of_client(visit), sight_of_client(was)
    if seen == before:
        return []
    is_urgent = VisitStatus.EN_ROUTE in (was.status, visit.status)
    where: dict[str, Any] = {"visit_id": visit.id}
    if seen._replace(who=None) == before._replace(who=None):
        where["names_somebody"] = True
    return [Update("visit_telling", where, {"tell_at": now if is_urgent else now + HOLD})]


class SightOfClient(NamedTuple):
    """What a client would see of a visit if he looked."""

    phase: Phase
    window_starts_at: datetime
    window_ends_at: datetime
    departed_at: datetime | None
    who: UUID | None
    """The crew or the worker who has accepted. None: nobody is known to come."""
    client_answer: str | None


def sight_of_client(visit: VisitState) -> SightOfClient:
    phase = phase_of(visit.status)
    return SightOfClient(
        phase=phase,
        window_starts_at=visit.window_starts_at,
        window_ends_at=visit.window_ends_at,
        departed_at=visit.departed_at if phase == Phase.ON_THE_WAY else None,
        who=who_comes(visit.status, visit.worker_id, visit.crew_id),
        client_answer=visit.client_answer,
    )


def who_comes(status: str, worker_id: UUID | None, crew_id: UUID | None) -> UUID | None:
    """The crew or worker who has accepted. None: nobody has yet."""
    return (crew_id or worker_id) if status in HELD_BY_WORKER else None


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


def check_not_pinned(visit: VisitState) -> None:
    """Refuse to move a pinned visit, or to take it from its people.

    Raises:
        VisitIsPinned: it is pinned.
    """
    if visit.is_pinned:
        raise VisitIsPinned
