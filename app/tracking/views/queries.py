"""All SQL about who looked at tracks."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.core.scope import Scope
from app.db.session import Session
from app.http.paging import fetch_page
from app.tracking.views.models import TrackView


async def find_viewed(session: Session, scope: Scope, *, operation: str, since: datetime) -> set[UUID]:
    """The workers of whom it is written down that the caller has looked at them so since then."""
    view = TrackView
    noted = await session.scalars(
        select(view.worker_id).where(
            view.company_id == scope.company_id,
            view.viewer_id == scope.user_id,
            view.viewed_at >= since,
            view.operation == operation,
        )
    )
    return set(noted)


async def find_views_of(
    session: Session, company_id: UUID, worker_id: UUID, *, cursor: str | None, limit: int
) -> tuple[Sequence[TrackView], str | None]:
    """Who looked at a worker's track, newest first, and the cursor of the next page."""
    query = select(TrackView).where(TrackView.company_id == company_id, TrackView.worker_id == worker_id)
    return await fetch_page(session, query, TrackView.id, cursor=cursor, limit=limit)
