from uuid import UUID

import msgspec
from litestar import Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.core.scope import Scope
from app.db.session import Session
from app.documents.price_list import queries, service
from app.documents.price_list.models import WorkItem
from app.documents.price_list.schemas import AddWorkItem, ChangeWorkItem, WorkItemOut
from app.documents.price_list.service import WorkItemExists, WorkItemNotFound
from app.http.guards import managers, office, workers
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.http.versions import IfMatch, check_version


@post("/work-items", operation_id="addWorkItem", guards=[managers])
@refuses(WorkItemExists)
@once
async def add_work_item(
    data: JSONBody[AddWorkItem],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> WorkItemOut:
    """Add a line to the price list."""
    return WorkItemOut.of(await service.add_work_item(session, caller, **msgspec.structs.asdict(data)))


@get("/work-items", operation_id="listWorkItems", guards=[office])
async def list_work_items(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    is_active: FromQuery[bool | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[WorkItemOut]:
    """The price list, newest line first."""
    return await _page(session, caller, is_active=is_active, cursor=cursor, limit=limit)


@get("/field/work-items", operation_id="listFieldWorkItems", guards=[workers])
async def list_field_work_items(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[WorkItemOut]:
    """What can be put on an act today."""
    return await _page(session, caller, is_active=True, cursor=cursor, limit=limit)


async def _page(
    session: Session, caller: Scope, *, is_active: bool | None, cursor: str | None, limit: int
) -> Page[WorkItemOut]:
    query = queries.select_work_items(caller, is_active=is_active)
    items, next_cursor = await fetch_page(session, query, WorkItem.id, cursor=cursor, limit=limit)
    return Page(items=[WorkItemOut.of(item) for item in items], next_cursor=next_cursor)


@get("/work-items/{item_id:uuid}", operation_id="getWorkItem", guards=[office])
@refuses(WorkItemNotFound)
async def get_work_item(
    item_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> WorkItemOut:
    """One line of the price list."""
    return WorkItemOut.of(await service.get_work_item(session, caller, item_id))


@patch("/work-items/{item_id:uuid}", operation_id="changeWorkItem", guards=[managers])
@refuses(WorkItemNotFound)
async def change_work_item(
    item_id: FromPath[UUID],
    data: JSONBody[ChangeWorkItem],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> WorkItemOut:
    """Change a price, a rate, a name. Acts already drawn up keep what they were drawn up with."""
    item = await service.get_work_item(session, caller, item_id, lock=True)
    check_version(if_match, item.row_version)
    given = {
        field: value for field, value in msgspec.structs.asdict(data).items() if value is not msgspec.UNSET
    }
    await service.change_work_item(session, item, given)
    return WorkItemOut.of(item)


router = Router(
    "/",
    route_handlers=[add_work_item, list_work_items, list_field_work_items, get_work_item, change_work_item],
    tags=["documents: price list"],
)
