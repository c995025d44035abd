"""All SQL about the time that visits take of workers."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple, cast
from uuid import UUID

from sqlalchemy import Table, Uuid, and_, bindparam, delete, exists, func, or_, select
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range, insert

from app.db.query import Query
from app.db.session import Session
from app.workforce.bookings.models import VisitBooking


class VisitTime(NamedTuple):
    """The time [starts_at, ends_at) that a visit takes of its workers."""

    visit_id: UUID
    job_id: UUID
    starts_at: datetime
    ends_at: datetime

    @property
    def period(self) -> Range[datetime]:
        return Range(self.starts_at, self.ends_at)


async def find_visits_then(
    session: Session, company_id: UUID, worker_id: UUID, period: Range[datetime]
) -> list[UUID]:
    """Visits that the worker is booked for in this period."""
    query = select(VisitBooking.visit_id).where(
        VisitBooking.company_id == company_id,
        VisitBooking.worker_id == worker_id,
        VisitBooking.period.overlaps(period),
    )
    return list(await session.scalars(query.order_by(func.lower(VisitBooking.period))))


OTHER_VISITS_THEN = Query(
    select(VisitBooking.visit_id)
    .where(
        VisitBooking.company_id == bindparam("company", type_=Uuid),
        VisitBooking.worker_id == bindparam("worker", type_=Uuid),
        VisitBooking.visit_id != bindparam("visit", type_=Uuid),
        VisitBooking.period.overlaps(bindparam("period", type_=TSTZRANGE)),
    )
    .order_by(func.lower(VisitBooking.period)),
    lambda visit_id: visit_id,
)
"""Other visits that the worker is booked for in this period."""

BOOK = insert(cast(Table, VisitBooking.__table__)).on_conflict_do_nothing().returning(VisitBooking.worker_id)


async def book_worker(session: Session, company_id: UUID, worker_id: UUID, visit: VisitTime) -> bool:
    """Book a worker for a visit. Returns False if this visit or another one has his time already."""
    return await book_time(session, company_id, worker_id, visit, visit.period)


async def book_time(
    session: Session, company_id: UUID, worker_id: UUID, visit: VisitTime, period: Range[datetime]
) -> bool:
    """Book this period of a worker for a visit he is not booked for. Returns False if other visits have it."""
    row = {
        "company_id": company_id,
        "visit_id": visit.visit_id,
        "worker_id": worker_id,
        "job_id": visit.job_id,
        "period": period,
    }
    return (await session.execute(BOOK, row)).first() is not None


async def find_clashes(
    session: Session, company_id: UUID, worker_id: UUID, visits: Sequence[VisitTime]
) -> Sequence[UUID]:
    """Other visits of the worker that overlap these visits."""
    at_the_same_time = [
        and_(VisitBooking.visit_id != visit.visit_id, VisitBooking.period.overlaps(visit.period))
        for visit in visits
    ]
    query = select(VisitBooking.visit_id).where(
        VisitBooking.company_id == company_id, VisitBooking.worker_id == worker_id, or_(*at_the_same_time)
    )
    return (await session.scalars(query.order_by(func.lower(VisitBooking.period)))).all()


async def has_all(session: Session, company_id: UUID, worker_id: UUID, visits: Sequence[VisitTime]) -> bool:
    """Whether the worker is booked for all of these visits."""
    query = select(func.count()).where(
        VisitBooking.company_id == company_id,
        VisitBooking.worker_id == worker_id,
        VisitBooking.visit_id.in_([visit.visit_id for visit in visits]),
    )
    return await session.scalar(query) == len(visits)


async def free_worker(session: Session, company_id: UUID, worker_id: UUID, visit_ids: Sequence[UUID]) -> None:
    await session.execute(
        delete(VisitBooking).where(
            VisitBooking.company_id == company_id,
            VisitBooking.worker_id == worker_id,
            VisitBooking.visit_id.in_(visit_ids),
        )
    )


IS_BOOKED = select(
    exists().where(
        VisitBooking.company_id == bindparam("company"),
        VisitBooking.worker_id == bindparam("worker"),
        VisitBooking.job_id == bindparam("job"),
    )
)


async def is_booked_for(session: Session, company_id: UUID, worker_id: UUID, *, job_id: UUID) -> bool:
    """Whether the worker is or was booked for a visit of this job, alone or in a crew."""
    values = {"company": company_id, "worker": worker_id, "job": job_id}
    return bool(await session.scalar(IS_BOOKED, values))
