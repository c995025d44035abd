"""All SQL about the price list."""

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.db.work import Work
from app.documents.price_list.models import WorkItem
from app.documents.price_list.schemas import WorkItemOut


def select_work_items(scope: Scope, *, is_active: bool | None) -> Select[WorkItem]:
    """Workers see what can be put on an act today; the office also sees what is no longer offered."""
    query = select(WorkItem).where(WorkItem.company_id == scope.company_id)
    if not scope.is_office:
        is_active = True
    return query if is_active is None else query.where(WorkItem.is_active == is_active)


OFFERED = Query(
    select(
        *(
            getattr(WorkItem, "row_version" if field == "version" else field)
            for field in WorkItemOut.__struct_fields__
        )
    )
    .where(WorkItem.company_id == bindparam("company", type_=Uuid), WorkItem.is_active)
    .order_by(WorkItem.code),
    lambda *row: WorkItemOut(**dict(zip(WorkItemOut.__struct_fields__, row, strict=True))),
)


async def find_offered_works(work: Work) -> list[WorkItemOut]:
    """What can be put on an act today, in one statement, for phones."""
    return await work.all(OFFERED)


async def get_work_item(
    session: Session, scope: Scope, item_id: UUID, *, lock: bool = False
) -> WorkItem | None:
    query = select(WorkItem).where(WorkItem.company_id == scope.company_id, WorkItem.id == item_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def find_items(session: Session, company_id: UUID, codes: Iterable[str]) -> dict[str, WorkItem]:
    """The items of these codes, by code, also those that are no longer offered."""
    query = select(WorkItem).where(WorkItem.company_id == company_id, WorkItem.code.in_(set(codes)))
    return {item.code: item for item in await session.scalars(query)}


async def find_active_items(session: Session, company_id: UUID, codes: Iterable[str]) -> dict[str, WorkItem]:
    """The items of these codes that can be put on an act today, by code."""
    query = select(WorkItem).where(
        WorkItem.company_id == company_id, WorkItem.code.in_(set(codes)), WorkItem.is_active
    )
    return {item.code: item for item in await session.scalars(query)}


async def insert_missing_items(session: Session, company_id: UUID, items: Sequence[dict[str, Any]]) -> None:
    """Codes that are there already stay as they are."""
    rows = [{"company_id": company_id, "id": uuid7(), **item} for item in items]
    await session.execute(insert(WorkItem).values(rows).on_conflict_do_nothing())
