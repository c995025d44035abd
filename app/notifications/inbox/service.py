"""The inbox: things that people must look at."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.contracts.dispatch import InboxItemAdded
from app.core.errors import NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.identity import api as identity
from app.notifications.inbox import queries
from app.notifications.inbox.models import InboxItem


class InboxItemNotFound(NotFound):
    code = "inbox_item_not_found"


class NewItem(NamedTuple):
    """An inbox item for everybody of an audience, or for one person of it."""

    audience: str
    kind: str
    subject_kind: str
    subject_id: UUID
    params: dict[str, Any]
    occurrence: str = ""
    user_id: UUID | None = None


async def add_inbox_item(session: Session, company_id: UUID, **item: Any) -> UUID | None:
    """Add a `NewItem`, given by its fields. Returns its id, or None if it exists already.

    There is one item for each kind, subject, occurrence and audience.
    """
    added = await add_inbox_items(session, company_id, [NewItem(**item)])
    return added[0] if added else None


async def add_inbox_items(session: Session, company_id: UUID, items: Sequence[NewItem]) -> list[UUID]:
    """Add several items in one statement, as `add_inbox_item` does. Returns the ids of the new ones."""
    rows = [{"company_id": company_id, "id": uuid7(), **item._asdict()} for item in items]
    new = await queries.insert_items(session, rows)
    added = [row for row in rows if row["id"] in new]
    news = [
        InboxItemAdded(item_id=row["id"], audience=row["audience"], item_kind=row["kind"]) for row in added
    ]
    await announce(session, company_id, *news)
    return [row["id"] for row in added]


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


async def close_inbox_items(
    session: Session, company_id: UUID, *, kinds: list[str], subject_id: UUID, now: datetime
) -> None:
    """Close the open items of a subject, because nobody needs to do anything any more."""
    await queries.close_items(session, company_id, kinds=kinds, subject_id=subject_id, now=now)


async def get_timezone(session: Session, company_id: UUID) -> str:
    """The company's time zone, in which people read the inbox (IANA name)."""
    company = await identity.get_company(session, company_id)
    return company.timezone if company else "UTC"  # the caller is signed in, so the company exists
