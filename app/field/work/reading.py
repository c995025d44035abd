"""What the worker's phone shows: his day, and the screen of one visit."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.clients import api as clients
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import work_in
from app.dispatch.api import VisitState
from app.field import queries
from app.field.attachments.queries import find_attachments
from app.field.attachments.schemas import AttachmentOut
from app.field.checklists.queries import get_last_answer
from app.field.checklists.schemas import ChecklistOut
from app.field.measurements.schemas import MeasurementOut
from app.field.visits import get_visit_with_job
from app.field.work import policies
from app.field.work.policies import Tap
from app.field.work.schemas import (
    FieldVisitOut,
    FieldVisitsOut,
    FieldVisitSummary,
    ProofOut,
    summary_fields,
)
from app.field.work.service import find_proofs
from app.orders.api import PaymentOut, find_payments_of_visit, get_newest_sheet

LOOK_BACK = timedelta(days=1)


def next_commands(scope: Scope, visit: VisitState, *, now: datetime) -> list[Tap]:
    return policies.next_taps(
        visit.status, is_asked=visit.worker_id == scope.user_id, accept_by=visit.accept_by, now=now
    )


def _is_masked(visit: VisitState, *, now: datetime) -> bool:
    return not policies.may_see_contact(visit.status, finished_at=visit.finished_at, now=now)


async def read_day(
    session: Session, scope: Scope, *, statuses: Sequence[str] | None, now: datetime
) -> FieldVisitsOut:
    """The worker's visits since yesterday, in time order. A fixed number of statements."""
    visits = await queries.find_visits_with_jobs(
        session, scope, starts_from=now - LOOK_BACK, statuses=statuses
    )
    cards = await clients.find_clients(session, scope.company_id, [found.job.client_id for found in visits])
    sites = await clients.find_sites(session, scope.company_id, [found.job.site_id for found in visits])
    client_of = {client.id: client for client in cards}
    site_of = {site.id: site for site in sites}
    items = [
        FieldVisitSummary(
            **summary_fields(
                found,
                client_of[found.job.client_id],
                site_of[found.job.site_id],
                next_commands=next_commands(scope, found.visit, now=now),
                is_masked=_is_masked(found.visit, now=now),
            )
        )
        for found in visits
    ]
    return FieldVisitsOut(items=items)


async def read_visit(session: Session, scope: Scope, visit_id: UUID, *, now: datetime) -> FieldVisitOut:
    """Everything the screen of a visit shows.

    Raises:
        VisitNotFound: no such visit, or not this worker's.
    """
    found = await get_visit_with_job(session, scope, visit_id)
    visit, job = found
    summary = summary_fields(
        found,
        await clients.get_client(session, scope.company_id, job.client_id),
        await clients.get_site(session, scope.company_id, job.site_id),
        next_commands=next_commands(scope, visit, now=now),
        is_masked=_is_masked(visit, now=now),
    )
    answer = await get_last_answer(session, scope, visit_id)
    async with work_in(session, scope.company_id) as work:
        proofs = await find_proofs(work, visit_id, job.id)
    return FieldVisitOut(
        **summary,
        status_reason=visit.status_reason,
        instructions=job.instructions,
        departed_at=visit.departed_at,
        arrived_at=visit.arrived_at,
        started_at=visit.started_at,
        finished_at=visit.finished_at,
        checklist=ChecklistOut.of(job.checklist, answer),
        proofs=[ProofOut.of(state) for state in proofs],
        measurement=await _read_measurement(session, scope, job.order_id),
        attachments=[AttachmentOut.of(one) for one in await find_attachments(session, scope, visit_id)],
        payments=[PaymentOut.of(one) for one in await find_payments_of_visit(session, scope, visit_id)],
    )


async def _read_measurement(session: Session, scope: Scope, order_id: UUID) -> MeasurementOut | None:
    """The newest measurement of the order, because installers need what the measurer measured."""
    sheet = await get_newest_sheet(session, scope, await queries.find_jobs_of_order(session, scope, order_id))
    return MeasurementOut.of(sheet) if sheet else None
