"""All SQL about tags that were read at visits."""

from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert

from app.db.session import Session
from app.field.tags.models import TagScan

SCANS = cast(Table, TagScan.__table__)
ONCE = [SCANS.c.company_id, SCANS.c.visit_id, SCANS.c.passport_id]


async def add_scan(session: Session, row: dict[str, Any]) -> None:
    """The same tag at the same visit again changes nothing."""
    await session.execute(insert(SCANS).values(row).on_conflict_do_nothing(index_elements=ONCE))


async def get_scan(session: Session, company_id: UUID, visit_id: UUID, passport_id: UUID) -> TagScan | None:
    query = select(TagScan).where(
        TagScan.company_id == company_id,
        TagScan.visit_id == visit_id,
        TagScan.passport_id == passport_id,
    )
    return await session.scalar(query)
