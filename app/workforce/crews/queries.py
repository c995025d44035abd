"""All SQL about crews and their members."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, func, select, true

from app.core.scope import Scope
from app.db.session import Session
from app.workforce.crews.models import Crew, CrewMember


def select_crews(scope: Scope, *, is_active: bool | None) -> Select[Crew]:
    return select(Crew).where(
        Crew.company_id == scope.company_id,
        Crew.is_active.is_(is_active) if is_active is not None else true(),
    )


async def get_crew(session: Session, company_id: UUID, crew_id: UUID, *, lock: bool = False) -> Crew | None:
    query = select(Crew).where(Crew.company_id == company_id, Crew.id == crew_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def find_crews(session: Session, company_id: UUID, ids: Sequence[UUID]) -> Sequence[Crew]:
    return (await session.scalars(select(Crew).where(Crew.company_id == company_id, Crew.id.in_(ids)))).all()


async def find_members(session: Session, company_id: UUID, crew_ids: Sequence[UUID]) -> Sequence[CrewMember]:
    """All memberships of these crews, past and coming ones too, earliest first."""
    query = select(CrewMember).where(CrewMember.company_id == company_id, CrewMember.crew_id.in_(crew_ids))
    return (await session.scalars(query.order_by(func.lower(CrewMember.period), CrewMember.id))).all()


async def get_membership(
    session: Session, company_id: UUID, crew_id: UUID, worker_id: UUID, *, moment: datetime
) -> CrewMember | None:
    """The membership at `moment`."""
    query = select(CrewMember).where(
        CrewMember.company_id == company_id,
        CrewMember.crew_id == crew_id,
        CrewMember.worker_id == worker_id,
        CrewMember.period.contains(moment),
    )
    return await session.scalar(query)
