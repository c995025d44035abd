"""All SQL about ways through the base."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.crm.passes.models import BasePass
from app.db.session import Session


async def take_due(session: Session, company_id: UUID, *, now: datetime) -> BasePass | None:
    """The one that has waited the longest, locked."""
    query = (
        select(BasePass)
        .where(BasePass.company_id == company_id, BasePass.go_on_at <= now)
        .order_by(BasePass.go_on_at, BasePass.id)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return await session.scalar(query)
