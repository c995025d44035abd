"""All SQL about trackers."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import LargeBinary, Select, Uuid, bindparam, column, func, or_, select, true, update

from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.tracking.trackers.models import Tracker

SEEN_EVERY = timedelta(minutes=1)


class KnownTracker(NamedTuple):
    """Whose positions a key sends."""

    company_id: UUID
    tracker_id: UUID
    worker_id: UUID


FIND_TRACKER = Query(
    select(
        func.find_tracker(bindparam("key", type_=LargeBinary)).table_valued(
            column("company_id", Uuid), column("tracker_id", Uuid), column("worker_id", Uuid)
        )
    ),
    KnownTracker,
)
"""Asks a function that looks across companies: of a key nobody knows yet which company's it is. It finds no
tracker that was revoked, and none of somebody who has been dismissed."""


def select_trackers(scope: Scope, *, worker_id: UUID | None) -> Select[Tracker]:
    """Trackers of a worker, or of all."""
    of_worker = Tracker.worker_id == worker_id if worker_id else true()
    return select(Tracker).where(Tracker.company_id == scope.company_id, of_worker)


async def lock_tracker(session: Session, company_id: UUID, tracker_id: UUID) -> Tracker | None:
    query = select(Tracker).where(Tracker.company_id == company_id, Tracker.id == tracker_id)
    return await session.scalar(query.with_for_update())


async def note_seen(session: Session, company_id: UUID, tracker_id: UUID, *, now: datetime) -> None:
    """Note that a tracker has sent something, unless that was noted a moment ago."""
    long_ago = or_(Tracker.last_seen_at.is_(None), Tracker.last_seen_at <= now - SEEN_EVERY)
    seen: Any = update(Tracker).where(Tracker.company_id == company_id, Tracker.id == tracker_id, long_ago)
    await session.execute(seen.values(last_seen_at=now))
