"""All SQL about the inbox."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, and_, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.core.scope import Role, Scope
from app.db.session import Session
from app.notifications.inbox.changes import InboxKind
from app.notifications.inbox.models import InboxItem

ITEMS = cast(Table, InboxItem.__table__)
INSERT_ITEM = insert(ITEMS).on_conflict_do_nothing().returning(ITEMS.c.id)


async def insert_items(session: Session, rows: Sequence[dict[str, Any]]) -> set[UUID]:
    """Insert items. Returns the ids of the new ones; existing items are skipped."""
    return set(await session.scalars(INSERT_ITEM, rows)) if rows else set()


def visible_to(scope: Scope) -> ColumnElement[bool]:
    """Supervisors also see the dispatchers' and the accountants' items. Only its person sees an item for one person."""
    audiences = ["dispatcher"] if scope.is_office else []
    if scope.roles & {Role.OWNER, Role.SUPERVISOR}:
        audiences += ["supervisor", "accountant"]
    elif Role.ACCOUNTANT in scope.roles:
        audiences.append("accountant")
    return and_(
        InboxItem.company_id == scope.company_id,
        or_(
            InboxItem.user_id == scope.user_id,
            and_(InboxItem.user_id.is_(None), InboxItem.audience.in_(audiences)),
        ),
    )


def select_items(scope: Scope, *, is_open: bool | None) -> Select[InboxItem]:
    query = select(InboxItem).where(visible_to(scope))
    if is_open is not None:
        query = query.where(InboxItem.done_at.is_(None) if is_open else InboxItem.done_at.is_not(None))
    return query


async def get_item(session: Session, scope: Scope, item_id: UUID, *, lock: bool = False) -> InboxItem | None:
    query = select(InboxItem).where(visible_to(scope), InboxItem.id == item_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def has_open_item(session: Session, company_id: UUID, *, kind: InboxKind, subject_id: UUID) -> bool:
    """Whether an item of this kind and subject is still open."""
    query = select(InboxItem.id).where(
        InboxItem.company_id == company_id,
        InboxItem.kind == kind,
        InboxItem.subject_id == subject_id,
        InboxItem.done_at.is_(None),
    )
    return await session.scalar(query.limit(1)) is not None


async def count_items(session: Session, company_id: UUID, *, kind: InboxKind, subject_id: UUID) -> int:
    """Number of items of this kind and subject, open and done."""
    query = select(func.count()).where(
        InboxItem.company_id == company_id, InboxItem.kind == kind, InboxItem.subject_id == subject_id
    )
    return await session.scalar(query) or 0
