from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.core.clock import Clock
from app.core.errors import Forbidden
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.session import Session
from app.http.guards import anybody
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.tracking.trackers import queries, service
from app.tracking.trackers.models import Tracker
from app.tracking.trackers.schemas import ConnectTracker, TrackerConnectedOut, TrackerOut, show
from app.tracking.trackers.service import TrackerNotFound
from app.workforce.api import WorkerNotFound


@post("/", operation_id="connectTracker", guards=[anybody], status_code=200)
@refuses(Forbidden, WorkerNotFound)
async def connect_tracker(
    data: JSONBody[ConnectTracker],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> TrackerConnectedOut:
    """Give a GPS program or device of a worker a key, which is shown this one time.

    The office does it for anybody, a worker for himself. No answer with a key is kept, so whoever asks twice gets
    two trackers: revoke the one whose key got lost.
    """
    tracker, key = await service.connect_tracker(
        session,
        caller,
        worker_id=data.worker_id,
        name=data.name,
        kind=data.kind,
        secret_key=settings.secret_key,
        now=clock.now(),
    )
    return TrackerConnectedOut.of(tracker, key, public_url=settings.public_url)


@get("/", operation_id="listTrackers", guards=[anybody])
@refuses(Forbidden)
async def list_trackers(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    worker_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[TrackerOut]:
    """Trackers, also those that were revoked, newest first. The office sees all, a worker his own."""
    query = queries.select_trackers(caller, worker_id=service.whose_to_list(caller, worker_id))
    trackers, next_cursor = await fetch_page(session, query, Tracker.id, cursor=cursor, limit=limit)
    return Page(items=[show(one) for one in trackers], next_cursor=next_cursor)


@post("/{tracker_id:uuid}/revoke", operation_id="revokeTracker", guards=[anybody], status_code=200)
@refuses(TrackerNotFound)
async def revoke_tracker(
    tracker_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> TrackerOut:
    """Let a tracker send nothing more: its key is refused within a second. What it has sent stays."""
    return show(await service.revoke_tracker(session, caller, tracker_id=tracker_id, now=clock.now()))


router = Router(
    "/tracking/trackers",
    route_handlers=[connect_tracker, list_trackers, revoke_tracker],
    tags=["tracking: trackers"],
)
