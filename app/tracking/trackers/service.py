"""Trackers of workers, and their keys."""

from datetime import datetime
from uuid import UUID

from app.core.errors import Forbidden, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import Session
from app.tracking.trackers import keys, queries
from app.tracking.trackers.models import Tracker
from app.workforce.api import check_works_here


class TrackerNotFound(NotFound):
    code = "tracker_not_found"


async def connect_tracker(
    session: Session, scope: Scope, *, worker_id: UUID, name: str, kind: str, secret_key: str, now: datetime
) -> tuple[Tracker, str]:
    """Add a tracker of a worker. Returns it with its key, of which only a hash is stored.

    Raises:
        Forbidden: somebody else's, and the caller is not of the office.
        WorkerNotFound: no such worker works for the company.
    """
    if not scope.is_office and worker_id != scope.user_id:
        raise Forbidden
    await check_works_here(session, scope.company_id, [worker_id])
    key = keys.new_key()
    tracker = Tracker(
        company_id=scope.company_id,
        id=uuid7(),
        created_at=now,
        worker_id=worker_id,
        name=name.strip(),
        kind=kind,
        key_hash=keys.hash_of(secret_key, str(keys.read_key(key))),
        created_by=scope.user_id,
    )
    session.add(tracker)
    return tracker, key


async def revoke_tracker(session: Session, scope: Scope, *, tracker_id: UUID, now: datetime) -> Tracker:
    """Let a tracker send nothing more: its key is refused within a second. Twice is the same.

    Raises:
        TrackerNotFound: no such tracker, or somebody else's and the caller is not of the office.
    """
    tracker = await queries.lock_tracker(session, scope.company_id, tracker_id)
    if tracker is None or not (scope.is_office or tracker.worker_id == scope.user_id):
        raise TrackerNotFound(tracker_id=tracker_id)
    tracker.revoked_at = tracker.revoked_at or now
    return tracker


def whose_to_list(scope: Scope, worker_id: UUID | None) -> UUID | None:
    """Whose trackers somebody sees: the office those of all, a worker his own.

    Raises:
        Forbidden: a worker asks for somebody else's.
    """
    if scope.is_office:
        return worker_id
    if worker_id not in (None, scope.user_id):
        raise Forbidden
    return scope.user_id
