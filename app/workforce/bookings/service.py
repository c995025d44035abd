"""Books crew members for the visits of their crew."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from app.core.changes import Insert
from app.core.errors import DomainError
from app.db.session import Session
from app.db.work import Work
from app.workforce.bookings import queries
from app.workforce.bookings.queries import VisitTime


class MemberBusy(DomainError):
    """The worker has other visits (`visits`) at the time of visits of the crew (`crew_visits`)."""

    code = "crew_member_busy"


class BookedMeanwhile(DomainError):
    """Another transaction changes one of these visits at the same moment. Try again."""

    code = "conflict"


async def find_what_takes(work: Work, booking: Insert) -> list[UUID]:
    """The visits that take the time of this booking, which could not be written."""
    row = booking.row
    return await work.all(
        queries.OTHER_VISITS_THEN, worker=row["worker_id"], visit=row["visit_id"], period=row["period"]
    )


async def book_member(
    session: Session, company_id: UUID, worker_id: UUID, visits: Sequence[VisitTime]
) -> set[UUID]:
    """Book a worker for visits of his crew, in this order. Returns the visits he was not booked for before.

    Raises:
        MemberBusy: he has other visits at these times. If two bookings come at once, the database
            refuses one of them.
        BookedMeanwhile: another booking took his time and freed it again at the same moment.
    """
    refused = [one for one in visits if not await queries.book_worker(session, company_id, worker_id, one)]
    if refused:
        clashes = await queries.find_clashes(session, company_id, worker_id, refused)
        if clashes:
            raise MemberBusy(
                visits=[str(one) for one in clashes], crew_visits=[str(one.visit_id) for one in refused]
            )
        if not await queries.has_all(session, company_id, worker_id, refused):
            raise BookedMeanwhile
    return {one.visit_id for one in visits} - {one.visit_id for one in refused}


async def hold_time(
    session: Session, company_id: UUID, worker_id: UUID, visit: VisitTime, period: Range[datetime]
) -> Sequence[UUID]:
    """Let a visit take this time of a worker who is on site, whatever it took before.

    The caller has locked the visit. If other visits have a part of the time, the booking is empty: he sees the
    visit all the same. Returns these other visits.
    """
    await queries.free_worker(session, company_id, worker_id, [visit.visit_id])
    if await queries.book_time(session, company_id, worker_id, visit, period):
        return []
    clashes = await queries.find_visits_then(session, company_id, worker_id, period)
    await queries.book_time(session, company_id, worker_id, visit, Range(empty=True))
    return clashes
