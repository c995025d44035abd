"""What every change of a visit goes through: its row is locked, its move is allowed, and it is written down once."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.errors import DomainError, NotFound
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.visits import policies, queries
from app.dispatch.visits.commands import Command
from app.dispatch.visits.models import Visit
from app.dispatch.visits.policies import VisitStatus


class VisitNotFound(NotFound):
    code = "visit_not_found"


class VisitMoveRefused(DomainError):
    """The state machine has no such move."""

    code = "visit_move_refused"


class CommandReused(DomainError):
    """The same command id came for another visit or another action."""

    status = 422
    code = "command_reused"


async def get_visit(session: Session, scope: Scope, visit_id: UUID) -> Visit:
    """
    Raises:
        VisitNotFound: no such visit, or not this worker's.
    """
    visit = await queries.get_visit(session, scope, visit_id)
    if visit is None:
        raise VisitNotFound(visit_id=visit_id)
    return visit


async def lock_visit(session: Session, scope: Scope, visit_id: UUID) -> Visit:
    """
    Raises:
        VisitNotFound: no such visit, or not this worker's.
    """
    visit = await queries.get_visit(session, scope, visit_id, lock=True)
    if visit is None:
        raise VisitNotFound(visit_id=visit_id)
    return visit


def check_move(visit: Visit, to: VisitStatus) -> None:
    if not policies.may_move(visit.status, to):
        raise VisitMoveRefused(was=visit.status, to=to)


async def is_repeated(session: Session, visit: Visit, command: Command, kind: str) -> bool:
    """Whether this very command has been carried out; the visit's row is locked.

    Raises:
        CommandReused: its id belongs to something else.
    """
    event = await queries.find_event_of(session, visit.company_id, command.command_id)
    if event is None:
        return False
    if event.visit_id != visit.id or event.kind != kind:
        raise CommandReused
    return True


async def record(
    session: Session,
    scope: Scope,
    visit: Visit,
    kind: str,
    *,
    command: Command,
    now: datetime,
    payload: dict[str, Any] | None = None,
) -> None:
    await queries.add_event(
        session, visit, kind, actor_id=scope.user_id, command=command, now=now, payload=payload or {}
    )


async def find_clock_error(
    session: Session, scope: Scope, visit: Visit, command: Command, *, now: datetime
) -> timedelta | None:
    """How slow the clock of this device is at most (negative: fast), by what it sent about this visit before.

    Every command is late by the error of the clock and by the time the phone had no network: the
    promptest tells most. What came in one burst with this one tells nothing. None when there is
    nothing to judge by.
    """
    promptest = await queries.find_promptest_delay(
        session,
        visit,
        actor_id=scope.user_id,
        device_id=command.device_id,
        before=now - policies.ONE_BURST,
    )
    return None if promptest is None else min(promptest, now - command.occurred_at)
