"""All SQL about seals of acts."""

from collections.abc import Mapping
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import insert

from app.core.ids import uuid7
from app.db.session import Session
from app.documents.seals.models import ActSeal


async def add_seals(
    session: Session, company_id: UUID, act_id: UUID, parts: Mapping[str, dict[str, Any]]
) -> None:
    """Seal these parts. What is sealed already stays as it was sealed first."""
    rows = [
        {"company_id": company_id, "act_id": act_id, "part": part, "id": uuid7(), "says": says}
        for part, says in parts.items()
    ]
    if rows:
        await session.execute(insert(cast(Table, ActSeal.__table__)).values(rows).on_conflict_do_nothing())


async def find_seals(session: Session, company_id: UUID, act_id: UUID) -> dict[str, dict[str, Any]]:
    """What is sealed of an act, by part."""
    query = select(ActSeal.part, ActSeal.says).where(
        ActSeal.company_id == company_id, ActSeal.act_id == act_id
    )
    return {row.part: row.says for row in await session.execute(query)}
