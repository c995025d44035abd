"""The time of workers: taken and given back."""

from collections.abc import Sequence
from uuid import UUID

from app.core.errors import DomainError
from app.db.session import Session
from app.workforce.bookings import queries
from app.workforce.bookings.queries import VisitTime


class MemberBusy(DomainError):
    """He has other visits when the crew has its own; `visits` are his, `crew_visits` the crew's."""

    code = "crew_member_busy"


class BookedMeanwhile(DomainError):
    """Somebody works on one of these visits at this very moment: try again."""

    code = "conflict"


async def book_member(
    session: Session, company_id: UUID, worker_id: UUID, visits: Sequence[VisitTime]
) -> set[UUID]:
    """He comes to these visits of his crew too, in their order. Those that did not have his time before.

    Raises:
        MemberBusy: he is to be somewhere else then. The database decides: of two bookings at once one
            finds the time taken.
        BookedMeanwhile: he was, until this moment.
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
