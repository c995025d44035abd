"""Each look of the office at a worker's track is written down."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table

from app.core.hours import Span
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.append import append
from app.db.session import Session
from app.tracking.views.models import TrackView
from app.tracking.views.queries import find_viewed


async def note_view(
    session: Session, scope: Scope, *, worker_id: UUID, operation: str, period: Span, now: datetime
) -> None:
    """Write down that the caller looks at a worker's track. Nobody is noted who looks at his own."""
    if scope.user_id != worker_id:
        row = _row(scope, worker_id, operation, period, now)
        await append(session, cast(Table, TrackView.__table__), row)


HOUR = timedelta(hours=1)


async def note_views_of_hour(
    session: Session, scope: Scope, *, worker_ids: Iterable[UUID], operation: str, now: datetime
) -> None:
    """Write down that the caller looks where workers are now: once for each of them and hour of UTC.

    A screen asks many times in an hour. Two requests at the same moment may write it twice.
    """
    begin = now.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    noted = await find_viewed(session, scope, operation=operation, since=begin)
    rows = [
        _row(scope, worker_id, operation, Span(begin, begin + HOUR), now)
        for worker_id in sorted({*worker_ids} - noted - {scope.user_id})
    ]
    if rows:
        await append(session, cast(Table, TrackView.__table__), *rows)


def _row(scope: Scope, worker_id: UUID, operation: str, period: Span, now: datetime) -> dict[str, Any]:
    return {
        "company_id": scope.company_id,
        "id": uuid7(),
        "worker_id": worker_id,
        "viewer_id": scope.user_id,
        "viewed_at": now,
        "operation": operation,
        "since": period.starts_at,
        "until": period.ends_at,
    }
