"""The inbox: things that people must look at."""

from datetime import datetime
from uuid import UUID

from app.core.errors import NotFound
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.identity import api as identity
from app.notifications.inbox import queries
from app.notifications.inbox.changes import Item, add_item
from app.notifications.inbox.models import InboxItem


class InboxItemNotFound(NotFound):
    code = "inbox_item_not_found"


async def add_items_once(session: Session, company_id: UUID, *items: Item) -> list[UUID]:
    """Add several items in one statement. Existing items are skipped. Returns the ids of the new ones.

    There is one item for each kind, subject, occurrence and audience.
    """
    new = [add_item(item) for item in items]
    rows = [{"company_id": company_id, **insert.row} for insert, _ in new]
    added = await queries.insert_items(session, rows)
    await announce(session, company_id, *(news for _, news in new if news.item_id in added))
    return list(added)


async def finish_inbox_item(session: Session, scope: Scope, *, item_id: UUID, now: datetime) -> InboxItem:
    """Mark an item as done. If two people do so, the first one stays recorded.

    Raises:
        InboxItemNotFound: no such item for this person.
    """
    item = await queries.get_item(session, scope, item_id, lock=True)
    if item is None:
        raise InboxItemNotFound
    if item.done_at is None:
        item.done_at = now
        item.done_by = scope.user_id
    return item


async def get_timezone(session: Session, company_id: UUID) -> str:
    """The company's time zone, in which people read the inbox (IANA name)."""
    company = await identity.get_company(session, company_id)
    return company.timezone if company else "UTC"  # the caller is signed in, so the company exists
