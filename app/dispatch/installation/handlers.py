"""Keeps production orders and their installations in step: reminders, and installations booked too early."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.contracts.dispatch import (
    JobCanceled,
    ReadyDateMoved,
    VisitCanceled,
    VisitMoved,
    VisitPlanned,
    VisitProgressed,
)
from app.db.session import Session
from app.db.work import Work
from app.dispatch.installation import queries
from app.dispatch.visits.models import Visit
from app.dispatch.visits.policies import AHEAD, VisitStatus
from app.notifications import api as notifications
from app.orders import api as orders
from app.orders.api import Production

NOT_REACHED = AHEAD | {VisitStatus.EN_ROUTE}
Change = VisitPlanned | VisitMoved | VisitCanceled | VisitProgressed | JobCanceled


async def on_installation_changed(session: Session, company_id: UUID, event: Change, now: datetime) -> None:
    """Start or settle what lies before the dispatcher about a production order when its installation has changed.

    Decides by the present state and not by the event, so a late or repeated event does no harm.
    """
    if isinstance(event, JobCanceled | VisitPlanned):
        job_id = event.job_id
    else:
        job_id = await queries.get_job_of_visit(session, company_id, event.visit_id)
    await orders.settle_reminders(session, company_id, job_id, now=now)
    for order in await orders.find_productions(session, company_id, job_id):
        if await find_too_early(session, company_id, order, now=now) is None:
            await orders.settle_too_early(session, company_id, order.id, now=now)


async def find_too_early(
    session: Session, company_id: UUID, order: Production, *, now: datetime
) -> Visit | None:
    """The installation of this order, if it is ahead and comes before the windows are ready."""
    visit = await queries.find_installation_visit(session, company_id, order.installation_job_id)
    if visit is None or visit.status not in NOT_REACHED:
        return None
    zone = await orders.zone_of(session, company_id)
    return visit if visit.starts_at < order.installable_from(zone=zone, now=now) else None


async def are_of_installations(work: Work, events: Sequence[Change]) -> list[Change]:
    """The events that concern an installation. Most do not."""
    by_visit = [
        event.visit_id for event in events if isinstance(event, VisitMoved | VisitCanceled | VisitProgressed)
    ]
    found = await work.all(queries.JOBS_OF_VISITS, visits=by_visit) if by_visit else []
    job_of = {one.visit_id: one.job_id for one in found}

    def job(event: Change) -> UUID | None:
        return event.job_id if isinstance(event, JobCanceled | VisitPlanned) else job_of.get(event.visit_id)

    jobs = [one for one in map(job, events) if one is not None]
    installed = await orders.find_jobs_of_production(work, jobs) if jobs else set()
    return [event for event in events if job(event) in installed]


async def on_ready_date_moved(
    session: Session, company_id: UUID, event: ReadyDateMoved, now: datetime
) -> None:
    """Tell the dispatcher when the booked installation now comes before the windows are ready.

    Does nothing if the date has moved again since: that move has an event of its own.
    """
    order = await orders.find_production(session, company_id, event.production_order_id)
    if order is None or order.planned_ready_on != event.now:
        return
    visit = await find_too_early(session, company_id, order, now=now)
    if visit is None:
        return
    zone = await orders.zone_of(session, company_id)
    item = notifications.Item(
        audience="dispatcher",
        kind=notifications.InboxKind.INSTALLATION_TOO_EARLY,
        subject_kind="production_order",
        subject_id=order.id,
        occurrence=now.isoformat(),
        params={
            "number": order.number,
            "planned_ready_on": order.planned_ready_on.isoformat(),
            "starts_on": visit.starts_at.astimezone(zone).date().isoformat(),
        },
    )
    await notifications.add_items_once(session, company_id, item)
