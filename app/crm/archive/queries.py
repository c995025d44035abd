"""What keeps a client, a site or a worker out of the archive."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select

from app.clients.tables import of_client
from app.db.session import Session
from app.dispatch.tables import ServiceRequest, Visit
from app.orders.tables import ClientOrder, Job
from app.workforce.tables import VisitBooking

SHOWN_MAX = 20
JOB_OPEN = ("new", "planned", "in_progress")
ORDER_OPEN = ("prepaid", "in_production", "ready", "installation_planned")
"""Money or windows are on their way. What comes before is settled by its jobs."""
REQUEST_OPEN = ("new", "responded")
VISIT_OPEN = ("planned", "offered", "accepted", "en_route", "on_site", "in_progress", "paused")


class Open(NamedTuple):
    """Something that is not finished. `number` is what people call it by."""

    kind: str
    """job, order, request or visit."""
    id: UUID
    number: int | None
    at: datetime | None = None


async def find_open_of_client(session: Session, company_id: UUID, client_id: UUID) -> list[Open]:
    requests = select(ServiceRequest.id).where(
        ServiceRequest.company_id == company_id,
        of_client(ServiceRequest.client_id, client_id, company_id),
        ServiceRequest.status.in_(REQUEST_OPEN),
    )
    asked = (await session.scalars(requests.limit(SHOWN_MAX))).all()
    jobs_and_orders = await _find_open(
        session,
        company_id,
        of_client(Job.client_id, client_id, company_id),
        of_client(ClientOrder.client_id, client_id, company_id),
    )
    return [*jobs_and_orders, *(Open("request", one, None) for one in asked)]


async def find_open_of_site(session: Session, company_id: UUID, site_id: UUID) -> list[Open]:
    return await _find_open(session, company_id, Job.site_id == site_id, ClientOrder.site_id == site_id)


async def _find_open(
    session: Session, company_id: UUID, of_job: ColumnElement[bool], of_order: ColumnElement[bool]
) -> list[Open]:
    jobs = select(Job.id, Job.number).where(Job.company_id == company_id, of_job, Job.status.in_(JOB_OPEN))
    orders = select(ClientOrder.id, ClientOrder.number).where(
        ClientOrder.company_id == company_id, of_order, ClientOrder.status.in_(ORDER_OPEN)
    )
    return [
        *(Open("job", *row) for row in await _rows(session, jobs)),
        *(Open("order", *row) for row in await _rows(session, orders)),
    ]


async def find_open_of_worker(
    session: Session, company_id: UUID, worker_id: UUID, *, now: datetime
) -> list[Open]:
    """Visits that he has or was asked for, also as one of a crew."""
    visits = (
        select(Visit.id, Job.number, Visit.starts_at)
        .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
        .outerjoin(
            VisitBooking,
            and_(
                VisitBooking.company_id == Visit.company_id,
                VisitBooking.visit_id == Visit.id,
                VisitBooking.worker_id == worker_id,
            ),
        )
        .where(
            Visit.company_id == company_id,
            Visit.status.in_(VISIT_OPEN),
            or_(Visit.worker_id == worker_id, func.upper(VisitBooking.period) > now),
        )
        .order_by(Visit.starts_at)
    )
    return [Open("visit", *row) for row in await _rows(session, visits)]


async def _rows(session: Session, query: Select[*tuple[Any, ...]]) -> Sequence[Any]:
    rows: Sequence[Any] = (await session.execute(query.limit(SHOWN_MAX))).all()
    return rows
