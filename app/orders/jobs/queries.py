"""All SQL about jobs and client orders."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Select, exists, select, true, update
from sqlalchemy.dialects.postgresql import insert

from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.visits.models import Visit
from app.dispatch.visits.policies import FINISHED
from app.documents.api import find_signed_jobs
from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.policies import AtPlant, Installation, OrderFacts
from app.orders.jobs.models import Job, MeasurementVersion
from app.orders.production.models import ProductionOrder
from app.orders.statuses import JOB_FINISHED, JobKind, JobStatus, OrderStatus, ProductionStatus


async def get_job(session: Session, company_id: UUID, job_id: UUID, *, lock: bool = False) -> Job | None:
    """Of any job of the company: the caller checks that it may be seen."""
    query = select(Job).where(Job.company_id == company_id, Job.id == job_id)
    if lock:  # not against what only refers to it: payments, acts
        query = query.with_for_update(of=Job, key_share=True).execution_options(populate_existing=True)
    return await session.scalar(query)


async def get_job_of_company(session: Session, company_id: UUID, job_id: UUID) -> Job:
    return await session.get_one(Job, (company_id, job_id))


def select_jobs(
    scope: Scope,
    *,
    status: str | None,
    kind: str | None,
    client_id: UUID | None,
    site_id: UUID | None,
    order_id: UUID | None,
) -> Select[Job]:
    return select(Job).where(
        Job.company_id == scope.company_id,
        Job.status == status if status else true(),
        Job.kind == kind if kind else true(),
        Job.client_id == client_id if client_id else true(),
        Job.site_id == site_id if site_id else true(),
        Job.order_id == order_id if order_id else true(),
    )


async def find_visits(session: Session, company_id: UUID, job_id: UUID) -> Sequence[Visit]:
    """All visits of a job, the first one first."""
    query = select(Visit).where(Visit.company_id == company_id, Visit.job_id == job_id)
    return (await session.scalars(query.order_by(Visit.number))).all()


async def find_open_visits(
    session: Session, company_id: UUID, job_id: UUID, *, lock: bool = False
) -> Sequence[UUID]:
    query = (
        select(Visit.id)
        .where(Visit.company_id == company_id, Visit.job_id == job_id, Visit.status.not_in(FINISHED))
        .order_by(Visit.id)
    )
    return (await session.scalars(query.with_for_update() if lock else query)).all()


async def get_order(session: Session, company_id: UUID, order_id: UUID, *, lock: bool) -> ClientOrder | None:
    query = select(ClientOrder).where(ClientOrder.company_id == company_id, ClientOrder.id == order_id)
    if lock:  # not against its jobs and production orders, which only refer to it
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return await session.scalar(query)


def select_orders(
    scope: Scope, *, status: str | None, client_id: UUID | None, site_id: UUID | None
) -> Select[ClientOrder]:
    return select(ClientOrder).where(
        ClientOrder.company_id == scope.company_id,
        ClientOrder.status == status if status else true(),
        ClientOrder.client_id == client_id if client_id else true(),
        ClientOrder.site_id == site_id if site_id else true(),
    )


async def find_jobs_of_order(session: Session, scope: Scope, order_id: UUID) -> Sequence[Job]:
    query = select(Job).where(Job.company_id == scope.company_id, Job.order_id == order_id)
    return (await session.scalars(query.order_by(Job.id))).all()


async def get_order_facts(session: Session, order: ClientOrder) -> OrderFacts:
    """What its status is derived from. True until the end of the transaction while the order is locked:
    whoever changes any of it locks the order afterwards."""
    of_order = (
        Job.company_id == order.company_id,
        Job.order_id == order.id,
        Job.status != JobStatus.CANCELED,
    )
    version = MeasurementVersion
    is_measured = exists().where(*of_order, version.company_id == Job.company_id, version.job_id == Job.id)
    installations = select(Job.id, Job.status).where(*of_order, Job.kind == JobKind.INSTALLATION)
    jobs = (await session.execute(installations)).all()
    signed = await find_signed_jobs(session, order.company_id, order.id) if jobs else set()
    at_plant = select(ProductionOrder.status, ProductionOrder.installation_job_id).where(
        ProductionOrder.company_id == order.company_id,
        ProductionOrder.order_id == order.id,
        ProductionOrder.status != ProductionStatus.CANCELED,
    )
    return OrderFacts(
        is_canceled=order.status == OrderStatus.CANCELED,
        is_measured=bool(await session.scalar(select(is_measured))),
        prepaid_kop=order.prepaid_kop,
        at_plant=[AtPlant(*row) for row in await session.execute(at_plant)],
        installations=[Installation(*job, is_signed=job.id in signed) for job in jobs],
    )


async def lock_jobs_of_order(session: Session, company_id: UUID, order_id: UUID) -> None:
    """Before the order itself, as everybody who moves one of its jobs does."""
    query = select(Job.id).where(Job.company_id == company_id, Job.order_id == order_id)
    await session.execute(query.order_by(Job.id).with_for_update(key_share=True))


async def find_open_jobs(session: Session, company_id: UUID, order_id: UUID) -> Sequence[int]:
    """The numbers of its jobs that are still to be done."""
    query = select(Job.number).where(
        Job.company_id == company_id, Job.order_id == order_id, Job.status.not_in(JOB_FINISHED)
    )
    return (await session.scalars(query.order_by(Job.number))).all()


async def find_open_production(session: Session, company_id: UUID, order_id: UUID) -> Sequence[int]:
    """The numbers of its production orders that can still be called off."""
    query = select(ProductionOrder.number).where(
        ProductionOrder.company_id == company_id,
        ProductionOrder.order_id == order_id,
        ProductionOrder.status.not_in([ProductionStatus.DELIVERED, ProductionStatus.CANCELED]),
    )
    return (await session.scalars(query.order_by(ProductionOrder.number))).all()


async def close_completed_jobs(session: Session, company_id: UUID, order_id: UUID) -> None:
    query = (
        update(Job)
        .where(Job.company_id == company_id, Job.order_id == order_id, Job.status == JobStatus.COMPLETED)
        .values(status=JobStatus.CLOSED, row_version=Job.row_version + 1)
        .execution_options(synchronize_session=False)
    )
    await session.execute(query)


async def insert_measurement_version(session: Session, **values: Any) -> None:
    await session.execute(insert(MeasurementVersion).values(**values))
