from uuid import UUID

from litestar import Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.clients.api import ClientNotFound
from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.sources import queries, service
from app.crm.sources.models import ClientSource, SourceTouch
from app.crm.sources.policies import (
    RecommendedHimself,
    RequestHasSource,
    RequestOfOtherClient,
    SourceNotFound,
    SourcePersonWrong,
    SourceTaken,
)
from app.crm.sources.schemas import AddSource, ChangeSource, NoteSourceTouch, SourceOut, SourceTouchOut
from app.db.session import Session
from app.http.guards import intake, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.http.versions import IfMatch, check_version
from app.workforce.api import WorkerNotFound


@post("/sources", operation_id="addSource", guards=[intake])
@refuses(ClientNotFound, SourcePersonWrong, SourceTaken, WorkerNotFound)
@once
async def add_source(
    data: JSONBody[AddSource],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> SourceOut:
    """Add a source of clients. A person who recommends the company is one, too."""
    return SourceOut.of(await service.add_source(session, caller, data.new()))


@get("/sources", operation_id="listSources", guards=[office])
async def list_sources(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[SourceOut]:
    """Sources of clients, newest first."""
    query = queries.select_sources(caller)
    rows, next_cursor = await fetch_page(session, query, ClientSource.id, cursor=cursor, limit=limit)
    return Page(items=[SourceOut.of(row) for row in rows], next_cursor=next_cursor)


@patch("/sources/{source_id:uuid}", operation_id="changeSource", guards=[intake])
@refuses(SourceNotFound, SourceTaken)
async def change_source(
    source_id: FromPath[UUID],
    data: JSONBody[ChangeSource],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> SourceOut:
    """Rename a source, grade its trust anew, or take it out of use. Who recommends stays."""
    source = await service.get_source(session, caller, source_id, lock=True)
    check_version(if_match, source.row_version)
    return SourceOut.of(await service.change_source(session, source, changes=data.changes()))


@post("/clients/{client_id:uuid}/source-touches", operation_id="noteSourceTouch", guards=[intake])
@refuses(ClientNotFound, RecommendedHimself, RequestHasSource, RequestOfOtherClient, SourceNotFound)
@once
async def note_source_touch(
    client_id: FromPath[UUID],
    data: JSONBody[NoteSourceTouch],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> SourceTouchOut:
    """Note what has brought a client. The first with a request is his source and stays it; later ones are kept."""
    return SourceTouchOut.of(
        await service.note_touch(session, caller, client_id, data.new(), now=clock.now())
    )


@get("/clients/{client_id:uuid}/source-touches", operation_id="listSourceTouches", guards=[office])
async def list_source_touches(
    client_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[SourceTouchOut]:
    """What has brought a client, newest first."""
    query = queries.select_touches(caller, client_id)
    rows, next_cursor = await fetch_page(session, query, SourceTouch.id, cursor=cursor, limit=limit)
    return Page(items=[SourceTouchOut.of(row) for row in rows], next_cursor=next_cursor)


router = Router(
    "/crm",
    route_handlers=[add_source, list_sources, change_source, note_source_touch, list_source_touches],
    tags=["crm: sources"],
)
