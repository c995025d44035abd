"""The visits a crew has not set out for yet."""

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select

from app.db.session import Session
from app.dispatch.visits.models import Visit
from app.dispatch.visits.policies import AHEAD


def _is_ahead(company_id: UUID, crew_id: UUID) -> ColumnElement[bool]:
    return and_(Visit.company_id == company_id, Visit.crew_id == crew_id, Visit.status.in_(AHEAD))


async def lock_visits_ahead(session: Session, company_id: UUID, crew_id: UUID) -> Sequence[Visit]:
    query = select(Visit).where(_is_ahead(company_id, crew_id)).order_by(Visit.id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(locked)).all()


async def find_visits_ahead(session: Session, company_id: UUID, crew_id: UUID) -> Sequence[UUID]:
    return (await session.scalars(select(Visit.id).where(_is_ahead(company_id, crew_id)))).all()


async def lock_those_free(session: Session, company_id: UUID, visit_ids: Collection[UUID]) -> Sequence[Visit]:
    """Lock the visits that nobody else has locked, and return them. Waiting for the rest could deadlock."""
    if not visit_ids:
        return []
    query = select(Visit).where(Visit.company_id == company_id, Visit.id.in_(visit_ids))
    locked = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return (await session.scalars(locked)).all()
