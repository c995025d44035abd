"""Things people must look at."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.contracts.dispatch import InboxItemAdded
from app.core.errors import NotFound
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.dispatch.inbox import queries
from app.dispatch.inbox.models import InboxItem
from app.identity import api as identity


class InboxItemNotFound(NotFound):
    code = "inbox_item_not_found"


async def add_inbox_item(
    session: Session,
    company_id: UUID,
    *,
    audience: str,
    kind: str,
    subject_kind: str,
    subject_id: UUID,
    params: dict[str, Any],
    occurrence: str = "",
    user_id: UUID | None = None,
) -> UUID | None:
    """Put something before everybody of an audience, or before one person of it.

    None when it is there already: one item per kind, subject, occurrence and audience.
    """
    item_id = await queries.insert_item(
        session,
        company_id=company_id,
        audience=audience,
        kind=kind,
        subject_kind=subject_kind,
        subject_id=subject_id,
        params=params,
        occurrence=occurrence,
        user_id=user_id,
    )
    if item_id is not None:
        await announce(
            session, company_id, InboxItemAdded(item_id=item_id, audience=audience, item_kind=kind)
        )
    return item_id


async def finish_inbox_item(session: Session, scope: Scope, *, item_id: UUID, now: datetime) -> InboxItem:
    """Somebody has dealt with it. Done twice is done once; the first name stays.

    Raises:
        InboxItemNotFound: not for this person.
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
    """The matter has settled itself: its open items go."""
    await queries.close_items(session, company_id, kinds=kinds, subject_id=subject_id, now=now)


async def get_timezone(session: Session, company_id: UUID) -> str:
    """On whose clocks the company reads its inbox (IANA name)."""
    company = await identity.get_company(session, company_id)
    return company.timezone if company else "UTC"  # signed in, so it is there
