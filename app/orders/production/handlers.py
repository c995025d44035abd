"""What production does when something happens to a visit."""

from datetime import datetime
from uuid import UUID

from app.contracts.dispatch import JobCanceled, VisitCanceled, VisitPlanned, VisitProgressed
from app.db.session import Session
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
