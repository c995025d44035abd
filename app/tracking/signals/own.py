"""A worker's own signals, for his app."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.scope import Scope
from app.db.session import Session
from app.db.work import Work
from app.identity import api as identity
from app.tracking.signals import queries, service
from app.tracking.signals.policies import Choice
from app.tracking.signals.schemas import StopSignalOut


async def find_signals_of_caller(
    session: Session, scope: Scope, *, cursor: str | None, limit: int, now: datetime
) -> tuple[list[StopSignalOut], str | None]:
    """A page of the caller's signals, newest first, and the cursor of the next page."""
    found, next_cursor = await service.find_told(
        session, scope, worker_id=scope.user_id, is_open=None, cursor=cursor, limit=limit, now=now
    )
    zone = await _zone(session, scope)
    return [StopSignalOut.of(one, zone, scope.lang) for one in found], next_cursor


async def show_signals_on_phone(
    work: Work, scope: Scope, *, settled_since: datetime, now: datetime
) -> list[StopSignalOut]:
    """The caller's signals that are open, and those that were settled since then, in a fixed number of statements."""
    rows = await queries.find_on_phone(work, scope.user_id, settled_since=settled_since)
    zone = await queries.get_zone(work)
    return [StopSignalOut.of(one, zone, scope.lang) for one in await service.tell(work, rows, now=now)]


async def answer_signal(
    session: Session, scope: Scope, *, signal_id: UUID, choice: Choice, comment: str, said_at: datetime
) -> StopSignalOut:
    """The caller says what a stop of his was.

    Raises:
        SignalNotFound, SignalClosed, SignalCommentNeeded: see `service.answer_signal`.
    """
    told = await service.answer_signal(
        session, scope, signal_id=signal_id, choice=choice, comment=comment, said_at=said_at
    )
    return StopSignalOut.of(told, await _zone(session, scope), scope.lang)


async def _zone(session: Session, scope: Scope) -> ZoneInfo:
    return ZoneInfo((await identity.get_entered_company(session, scope.company_id)).timezone)
