"""All SQL about client orders."""

from typing import Any
from uuid import UUID

from sqlalchemy import Text, Uuid, bindparam, column, exists, func, select, table

from app.clients.tables import of_client
from app.db.query import Query
from app.db.session import Session
from app.db.work import Lock
from app.documents.api import has_signed_act
from app.http.paging import Listing
from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.policies import AtPlant, Installation, OrderFacts, OrderState
from app.orders.client_orders.schemas import OrderOut
from app.orders.statuses import JobKind, JobStatus, OrderStatus, ProductionStatus


async def get_order(session: Session, company_id: UUID, order_id: UUID, *, lock: bool) -> ClientOrder | None:
    query = select(ClientOrder).where(ClientOrder.company_id == company_id, ClientOrder.id == order_id)
    if lock:  # not against its jobs and production orders, which only refer to it
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return await session.scalar(query)


ORDERS = Listing(
    ClientOrder,
    OrderOut,
    {
        "status": ClientOrder.status == bindparam("status"),
        "client": of_client(
            ClientOrder.client_id, bindparam("client", type_=Uuid), bindparam("company", type_=Uuid)
        ),
        "site": ClientOrder.site_id == bindparam("site"),
    },
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
    column("id", Uuid),
    column("order_id"),
    column("status", Text),
    column("measurement_id"),
    column("installation_job_id", Uuid),
)
"""Of slices that stand on this one and call it when something has changed: named here, not imported."""

LOCK_ORDER = Lock(
    "lock_order", "SELECT FROM client_order WHERE company_id = $1 AND id = $2 FOR NO KEY UPDATE"
)
"""Not against its jobs and production orders, which only refer to it."""

COMPANY = bindparam("company", type_=Uuid)
OF_THIS = (
    JOBS.c.company_id == COMPANY,
    JOBS.c.order_id == ClientOrder.id,
    JOBS.c.status != JobStatus.CANCELED,
)
IS_MEASURED = exists().where(
    *OF_THIS, MEASUREMENTS.c.company_id == COMPANY, MEASUREMENTS.c.job_id == JOBS.c.id
)
IS_SIGNED = has_signed_act(COMPANY, JOBS.c.id)
INSTALLATIONS = (
    select(func.jsonb_agg(func.jsonb_build_array(JOBS.c.id, JOBS.c.status, IS_SIGNED)))
    .where(*OF_THIS, JOBS.c.kind == JobKind.INSTALLATION)
    .correlate(ClientOrder)
)
AT_PLANT = (
    select(
        func.jsonb_agg(
            func.jsonb_build_array(PRODUCTION_ORDERS.c.status, PRODUCTION_ORDERS.c.installation_job_id)
        )
    )
    .where(
        PRODUCTION_ORDERS.c.company_id == COMPANY,
        PRODUCTION_ORDERS.c.order_id == ClientOrder.id,
        PRODUCTION_ORDERS.c.status != ProductionStatus.CANCELED,
    )
    .correlate(ClientOrder)
)
ORDER_COLUMNS = (
    ClientOrder.id,
    ClientOrder.status,
    ClientOrder.prepaid_kop,
    IS_MEASURED,
    AT_PLANT.scalar_subquery(),
    INSTALLATIONS.scalar_subquery(),
)
"""For commands that read an order among their facts. They stay true while the order is locked, because whoever
changes one of them locks the order afterwards."""


def order_state(*row: Any) -> OrderState:
    """`row` is what ORDER_COLUMNS read."""
    order_id, status, prepaid_kop, is_measured, at_plant, installations = row
    facts = OrderFacts(
        is_canceled=status == OrderStatus.CANCELED,
        is_measured=is_measured,
        prepaid_kop=prepaid_kop,
        at_plant=[AtPlant(status, UUID(job) if job else None) for status, job in at_plant or []],
        installations=[Installation(UUID(job), *rest) for job, *rest in installations or []],
    )
    return OrderState(order_id, status, facts)


ORDER = Query(
    select(*ORDER_COLUMNS).where(
        ClientOrder.company_id == COMPANY,
        ClientOrder.id == bindparam("order", type_=Uuid),
    ),
    order_state,
)
