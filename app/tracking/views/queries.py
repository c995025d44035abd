"""All SQL about who looked at tracks."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.db.session import Session
from app.http.paging import fetch_page
from app.tracking.views.models import TrackView


async def find_views_of(
    session: Session, company_id: UUID, worker_id: UUID, *, cursor: str | None, limit: int
) -> tuple[Sequence[TrackView], str | None]:
    """Who looked at a worker's track, newest first, and the cursor of the next page."""
    query = select(TrackView).where(TrackView.company_id == company_id, TrackView.worker_id == worker_id)
    return await fetch_page(session, query, TrackView.id, cursor=cursor, limit=limit)
