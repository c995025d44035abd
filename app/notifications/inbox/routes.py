from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import anybody
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.notifications.inbox import queries, service
from app.notifications.inbox.models import InboxItem
from app.notifications.inbox.schemas import InboxItemOut
from app.notifications.inbox.service import InboxItemNotFound


@get("/", operation_id="listInbox", guards=[anybody])
async def list_inbox(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    is_open: FromQuery[bool | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[InboxItemOut]:
    """Inbox items of the caller: offers that nobody accepted, ready dates that come near, his own reminders."""
    query = queries.select_items(caller, is_open=is_open)
    items, next_cursor = await fetch_page(session, query, InboxItem.id, cursor=cursor, limit=limit)
    timezone = await service.get_timezone(session, caller.company_id)
    shown = [InboxItemOut.of(item, lang=caller.lang, timezone=timezone) for item in items]
    return Page(items=shown, next_cursor=next_cursor)


@post("/{item_id:uuid}/done", operation_id="finishInboxItem", guards=[anybody], status_code=200)
@refuses(InboxItemNotFound)
async def finish_inbox_item(
    item_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> InboxItemOut:
    """Mark an item as done."""
    item = await service.finish_inbox_item(session, caller, item_id=item_id, now=clock.now())
    timezone = await service.get_timezone(session, caller.company_id)
    return InboxItemOut.of(item, lang=caller.lang, timezone=timezone)


router = Router("/inbox", route_handlers=[list_inbox, finish_inbox_item], tags=["dispatch: inbox"])
