"""All SQL of the check of acts."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from app.db.session import Session
from app.documents.acts.models import Act
from app.documents.acts.queries import COLUMNS, stored_act
from app.documents.content.stored import StoredAct
from app.documents.seals.models import ActSeal


async def find_sealed_acts(
    session: Session, company_id: UUID, *, after: UUID, limit: int
) -> list[tuple[StoredAct, dict[str, dict[str, Any]]]]:
    """Acts with what is sealed of them, in the order of their ids."""
    sealed = (
        select(func.jsonb_object_agg(ActSeal.part, ActSeal.says))
        .where(ActSeal.company_id == company_id, ActSeal.act_id == Act.id)
        .scalar_subquery()
    )
    query = select(*COLUMNS, sealed).where(Act.company_id == company_id, Act.id > after, sealed.is_not(None))
    rows = await session.execute(query.order_by(Act.id).limit(limit))
    return [(stored_act(row), row[-1]) for row in rows]
