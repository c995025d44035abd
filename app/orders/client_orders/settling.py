"""How far a client's order is: derived anew after something it depends on has changed."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, func, select

from app.contracts.dispatch import OrderAdvanced
from app.core.changes import Update
from app.db.query import Query
from app.db.work import Work
from app.documents.api import has_signed_act
from app.orders.client_orders import policies
from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.policies import AtPlant, Installation, OrderFacts
from app.orders.client_orders.queries import JOBS, MEASUREMENTS, PRODUCTION_ORDERS
from app.orders.statuses import JobKind, JobStatus, OrderStatus, ProductionStatus

LOCK_ORDER = "SELECT FROM client_order WHERE company_id = {company} AND id = {order} FOR NO KEY UPDATE"
"""Not against its jobs and production orders, which only refer to it."""

OF_THIS = (
    JOBS.c.company_id == ClientOrder.company_id,
    JOBS.c.order_id == ClientOrder.id,
    JOBS.c.status != JobStatus.CANCELED,
)
IS_MEASURED = exists().where(
    *OF_THIS, MEASUREMENTS.c.company_id == JOBS.c.company_id, MEASUREMENTS.c.job_id == JOBS.c.id
)
IS_SIGNED = has_signed_act(JOBS.c.company_id, JOBS.c.id)
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
        PRODUCTION_ORDERS.c.company_id == ClientOrder.company_id,
        PRODUCTION_ORDERS.c.order_id == ClientOrder.id,
        PRODUCTION_ORDERS.c.status != ProductionStatus.CANCELED,
    )
    .correlate(ClientOrder)
)


class Settling(NamedTuple):
    status: str
    facts: OrderFacts


def _settling(
    status: str, prepaid_kop: int, is_measured: bool, at_plant: Any, installations: Any
) -> Settling:
    facts = OrderFacts(
        is_canceled=status == OrderStatus.CANCELED,
        is_measured=is_measured,
        prepaid_kop=prepaid_kop,
        at_plant=[AtPlant(status, UUID(job) if job else None) for status, job in at_plant or []],
        installations=[Installation(UUID(job), *rest) for job, *rest in installations or []],
    )
    return Settling(status, facts)


SETTLING = Query(
    select(
        ClientOrder.status,
        ClientOrder.prepaid_kop,
        IS_MEASURED,
        AT_PLANT.scalar_subquery(),
        INSTALLATIONS.scalar_subquery(),
    ).where(
        ClientOrder.company_id == bindparam("company", type_=Uuid),
        ClientOrder.id == bindparam("order", type_=Uuid),
    ),
    _settling,
)


async def settle_order(work: Work, order_id: UUID) -> None:
    """Derive the status anew; it goes back as well as on. What has been collected is written before.

    The row is locked before anything is read: of two changes at once the second sees the first.
    """
    await work.write_now()
    work.lock(LOCK_ORDER, order=order_id)
    settling = await work.one(SETTLING, order=order_id)
    assert settling is not None  # noqa: S101  # whatever is settled refers to its order: foreign key
    status = policies.order_status(settling.facts)
    if status != settling.status:
        work.write(
            Update(
                "client_order", {"id": order_id, "status": settling.status}, {"status": status}, expected=1
            )
        )
        work.announce(OrderAdvanced(order_id=order_id, was=settling.status, status=status))
