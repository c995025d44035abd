from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import managers, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.http.versions import IfMatch, check_version
from app.notifications.batches import queries, service
from app.notifications.batches.models import MessageBatch
from app.notifications.batches.schemas import BatchDetailsOut, BatchOut, CreateBatch
from app.notifications.batches.service import BatchMoveImpossible, BatchNotFound


@post("/", operation_id="createBatch", guards=[managers])
@once
async def create_batch(
    data: JSONBody[CreateBatch],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> BatchOut:
    """Create a batch for advertising. Its messages wait until a person has released it."""
    return BatchOut.of(await service.create_batch(session, caller, name=data.name))


@get("/", operation_id="listBatches", guards=[office])
async def list_batches(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[BatchOut]:
    """Batches of advertising, newest first."""
    query = queries.select_batches(caller)
    rows, next_cursor = await fetch_page(session, query, MessageBatch.id, cursor=cursor, limit=limit)
    return Page(items=[BatchOut.of(row) for row in rows], next_cursor=next_cursor)


@get("/{batch_id:uuid}", operation_id="getBatch", guards=[office])
@refuses(BatchNotFound)
async def get_batch(
    batch_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> BatchDetailsOut:
    """One batch, with how many of its messages wait, were sent or were not."""
    batch = await service.get_batch(session, caller, batch_id)
    counts = await queries.count_messages(session, caller.company_id, batch.id)
    return BatchDetailsOut.of_all(batch, counts)


@post("/{batch_id:uuid}/release", operation_id="releaseBatch", guards=[managers], status_code=200)
@refuses(BatchMoveImpossible, BatchNotFound)
async def release_batch(
    batch_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> BatchOut:
    """Let its messages go. The caller's name is kept: no advertising leaves without a person (38-FZ, art. 18)."""
    batch = await service.get_batch(session, caller, batch_id, lock=True)
    check_version(if_match, batch.row_version)
    await service.release_batch(session, caller, batch, now=clock.now())
    return BatchOut.of(batch)


@post("/{batch_id:uuid}/pause", operation_id="pauseBatch", guards=[managers], status_code=200)
@refuses(BatchMoveImpossible, BatchNotFound)
async def pause_batch(
    batch_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> BatchOut:
    """Hold up what was not sent yet. It can be released again."""
    batch = await service.get_batch(session, caller, batch_id, lock=True)
    check_version(if_match, batch.row_version)
    await service.pause_batch(session, batch, now=clock.now())
    return BatchOut.of(batch)


@post("/{batch_id:uuid}/cancel", operation_id="cancelBatch", guards=[managers], status_code=200)
@refuses(BatchMoveImpossible, BatchNotFound)
async def cancel_batch(
    batch_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> BatchOut:
    """Call it off. What was not sent yet is never sent."""
    batch = await service.get_batch(session, caller, batch_id, lock=True)
    check_version(if_match, batch.row_version)
    await service.cancel_batch(session, batch, now=clock.now())
    return BatchOut.of(batch)


router = Router(
    "/message-batches",
    route_handlers=[create_batch, list_batches, get_batch, release_batch, pause_batch, cancel_batch],
    tags=["notifications: batches"],
)
