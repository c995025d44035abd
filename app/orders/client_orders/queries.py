"""All SQL about client orders."""

from uuid import UUID

from sqlalchemy import Select, Text, Uuid, bindparam, column, exists, select, table, true

from app.core.scope import Scope
from app.db.session import Session
from app.documents import api as documents
from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.policies import AtPlant, Installation, OrderFacts
from app.orders.statuses import JobKind, JobStatus, OrderStatus, ProductionStatus


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


JOBS = table(
    "job",
    column("company_id"),
    column("id", Uuid),
    column("order_id"),
    column("kind"),
    column("status", Text),
)
MEASUREMENTS = table("measurement", column("company_id"), column("job_id"))
PRODUCTION_ORDERS = table(
    "production_order",
    column("company_id"),
    column("order_id"),
    column("status", Text),
    column("installation_job_id", Uuid),
)
"""Of slices that stand on this one and call it when something has changed: named here, not imported."""

OF_ORDER = (
    JOBS.c.company_id == bindparam("company"),
    JOBS.c.order_id == bindparam("order"),
    JOBS.c.status != JobStatus.CANCELED,
)
IS_MEASURED = select(
    exists().where(
        *OF_ORDER, MEASUREMENTS.c.company_id == JOBS.c.company_id, MEASUREMENTS.c.job_id == JOBS.c.id
    )
)
INSTALLATIONS = select(JOBS.c.id, JOBS.c.status).where(*OF_ORDER, JOBS.c.kind == JobKind.INSTALLATION)
AT_PLANT = select(PRODUCTION_ORDERS.c.status, PRODUCTION_ORDERS.c.installation_job_id).where(
    PRODUCTION_ORDERS.c.company_id == bindparam("company"),
    PRODUCTION_ORDERS.c.order_id == bindparam("order"),
    PRODUCTION_ORDERS.c.status != ProductionStatus.CANCELED,
)


async def get_order_facts(session: Session, order: ClientOrder) -> OrderFacts:
    """What its status is derived from. True until the end of the transaction while the order is locked:
    whoever changes any of it locks the order afterwards."""
    values = {"company": order.company_id, "order": order.id}
    installations = (await session.execute(INSTALLATIONS, values)).all()
    signed = set()
    if installations:
        signed = await documents.find_signed_jobs(session, order.company_id, order.id)
    return OrderFacts(
        is_canceled=order.status == OrderStatus.CANCELED,
        is_measured=bool(await session.scalar(IS_MEASURED, values)),
        prepaid_kop=order.prepaid_kop,
        at_plant=[AtPlant(*row) for row in await session.execute(AT_PLANT, values)],
        installations=[Installation(job, status, job in signed) for job, status in installations],
    )
