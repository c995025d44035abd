"""All SQL about crews, who is in them when, and the time their visits take of him."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Table, and_, delete, func, or_, select, true
from sqlalchemy.dialects.postgresql import Range, insert

from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.visits.models import Visit
from app.dispatch.visits.policies import VisitStatus
from app.workforce.bookings.models import VisitBooking
from app.workforce.crews.models import Crew, CrewMember

NOT_SET_OUT = (VisitStatus.OFFERED, VisitStatus.ACCEPTED)


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
    """Every membership these crews ever had, earliest first."""
    query = select(CrewMember).where(CrewMember.company_id == company_id, CrewMember.crew_id.in_(crew_ids))
    return (await session.scalars(query.order_by(func.lower(CrewMember.period), CrewMember.id))).all()


async def find_members_at(
    session: Session, company_id: UUID, crew_id: UUID, *, moment: datetime
) -> Sequence[CrewMember]:
    query = select(CrewMember).where(
        CrewMember.company_id == company_id,
        CrewMember.crew_id == crew_id,
        CrewMember.period.contains(moment),
    )
    return (await session.scalars(query.order_by(CrewMember.id))).all()


async def get_membership(
    session: Session, company_id: UUID, crew_id: UUID, worker_id: UUID, *, moment: datetime
) -> CrewMember | None:
    """The one that holds at `moment`."""
    query = select(CrewMember).where(
        CrewMember.company_id == company_id,
        CrewMember.crew_id == crew_id,
        CrewMember.worker_id == worker_id,
        CrewMember.period.contains(moment),
    )
    return await session.scalar(query)


def _is_ahead(company_id: UUID, crew_id: UUID) -> ColumnElement[bool]:
    return and_(Visit.company_id == company_id, Visit.crew_id == crew_id, Visit.status.in_(NOT_SET_OUT))


async def lock_visits_ahead(session: Session, company_id: UUID, crew_id: UUID) -> Sequence[Visit]:
    query = select(Visit).where(_is_ahead(company_id, crew_id)).order_by(Visit.id)
    locked = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(locked)).all()


async def find_visits_ahead(session: Session, company_id: UUID, crew_id: UUID) -> Sequence[UUID]:
    return (await session.scalars(select(Visit.id).where(_is_ahead(company_id, crew_id)))).all()


async def lock_if_free(session: Session, company_id: UUID, visit_ids: Collection[UUID]) -> Sequence[Visit]:
    """Those of these visits that nobody holds: waiting for one could be for ever."""
    if not visit_ids:
        return []
    query = select(Visit).where(Visit.company_id == company_id, Visit.id.in_(visit_ids))
    locked = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    return (await session.scalars(locked)).all()


BOOK_MEMBER = (
    insert(cast(Table, VisitBooking.__table__)).on_conflict_do_nothing().returning(VisitBooking.worker_id)
)


async def book_member(session: Session, visit: Visit, worker_id: UUID) -> bool:
    """False when the visit has his time already, or another one has."""
    row = {
        "company_id": visit.company_id,
        "visit_id": visit.id,
        "worker_id": worker_id,
        "period": Range(visit.starts_at, visit.ends_at),
    }
    return (await session.execute(BOOK_MEMBER, row)).first() is not None


async def find_clashes(session: Session, worker_id: UUID, visits: Sequence[Visit]) -> Sequence[UUID]:
    """His other visits at the time of these."""
    company_id = visits[0].company_id
    at_the_same_time = [
        and_(
            VisitBooking.visit_id != visit.id,
            VisitBooking.period.overlaps(Range(visit.starts_at, visit.ends_at)),
        )
        for visit in visits
    ]
    query = select(VisitBooking.visit_id).where(
        VisitBooking.company_id == company_id, VisitBooking.worker_id == worker_id, or_(*at_the_same_time)
    )
    return (await session.scalars(query.order_by(func.lower(VisitBooking.period)))).all()


async def has_all(session: Session, worker_id: UUID, visits: Sequence[Visit]) -> bool:
    """Whether each of these visits takes his time."""
    query = select(func.count()).where(
        VisitBooking.company_id == visits[0].company_id,
        VisitBooking.worker_id == worker_id,
        VisitBooking.visit_id.in_([visit.id for visit in visits]),
    )
    return await session.scalar(query) == len(visits)


async def free_member(session: Session, company_id: UUID, worker_id: UUID, visit_ids: Sequence[UUID]) -> None:
    await session.execute(
        delete(VisitBooking).where(
            VisitBooking.company_id == company_id,
            VisitBooking.worker_id == worker_id,
            VisitBooking.visit_id.in_(visit_ids),
        )
    )
