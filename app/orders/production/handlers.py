"""What production does when something happens to a visit."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.contracts.dispatch import JobCanceled, VisitCanceled, VisitPlanned, VisitProgressed
from app.db.session import Session
from app.db.work import Work
from app.orders.production import queries, service

Change = VisitPlanned | VisitCanceled | VisitProgressed | JobCanceled


async def on_installation_changed(session: Session, company_id: UUID, event: Change, now: datetime) -> None:
    """An installation is off, failed, or has been planned after all: its windows need a reminder, or none.

    Looks at the visits as they are now, so that late and repeated news do no harm.
    """
    if isinstance(event, JobCanceled | VisitPlanned):
        job_id = event.job_id
    else:
        job_id = await queries.get_job_of_visit(session, company_id, event.visit_id)
    for order in await queries.find_orders_of_installation(session, company_id, job_id):
        await service.settle_reminder(session, order, now=now)


async def are_of_installations(work: Work, events: Sequence[Change]) -> list[Change]:
    """Most visits are of no installation."""
    by_job = [event.job_id for event in events if isinstance(event, JobCanceled | VisitPlanned)]
    by_visit = [event.visit_id for event in events if isinstance(event, VisitCanceled | VisitProgressed)]
    found: set[UUID] = set()
    if by_job:
        found.update(await work.all(queries.INSTALLATION_JOBS, jobs=by_job))
    if by_visit:
        found.update(await work.all(queries.INSTALLATION_VISITS, visits=by_visit))
    return [event for event in events if _subject(event) in found]


def _subject(event: Change) -> UUID:
    return event.job_id if isinstance(event, JobCanceled | VisitPlanned) else event.visit_id
