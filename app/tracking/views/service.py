"""Each look of the office at a worker's track is written down."""

from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table

from app.core.hours import Span
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.append import append
from app.db.session import Session
from app.tracking.views.models import TrackView


async def note_view(
    session: Session, scope: Scope, *, worker_id: UUID, operation: str, period: Span, now: datetime
) -> None:
    """Write down that the caller looks at a worker's track. Nobody is noted who looks at his own."""
    if scope.user_id == worker_id:
        return
    row = {
        "company_id": scope.company_id,
        "id": uuid7(),
        "worker_id": worker_id,
        "viewer_id": scope.user_id,
        "viewed_at": now,
        "operation": operation,
        "since": period.starts_at,
        "until": period.ends_at,
    }
    await append(session, cast(Table, TrackView.__table__), row)
