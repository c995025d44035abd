"""All SQL about orders whose money is to be settled."""

from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, exists, func, select, true

from app.db.query import Query
from app.notifications.api import InboxKind
from app.notifications.tables import InboxItem
from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.queries import JOBS, PRODUCTION_ORDERS
from app.orders.ledger.queries import ORDER_MONEY, order_money
from app.orders.settlement.policies import JobState, LastItem, Open, OrderFacts
from app.orders.statuses import ProductionStatus

COMPANY = bindparam("company", type_=Uuid)
JOB_STATES = (
    select(func.jsonb_agg(func.jsonb_build_array(JOBS.c.kind, JOBS.c.status)))
    .where(JOBS.c.company_id == COMPANY, JOBS.c.order_id == ClientOrder.id)
    .correlate(ClientOrder)
    .scalar_subquery()
)
IS_AT_PLANT = exists().where(
    PRODUCTION_ORDERS.c.company_id == COMPANY,
    PRODUCTION_ORDERS.c.order_id == ClientOrder.id,
    PRODUCTION_ORDERS.c.status != ProductionStatus.DELIVERED,
    PRODUCTION_ORDERS.c.status != ProductionStatus.CANCELED,
)


def _facts(
    number: int, status: str, jobs: list[list[str]] | None, is_at_plant: bool, *money: Any
) -> OrderFacts:
    return OrderFacts(
        number, status, [JobState(*job) for job in jobs or []], is_at_plant, order_money(*money)
    )


FACTS = Query(
    select(ClientOrder.number, ClientOrder.status, JOB_STATES, IS_AT_PLANT, *ORDER_MONEY.c)
    .select_from(ClientOrder)
    .join(ORDER_MONEY, true())
    .where(ClientOrder.company_id == COMPANY, ClientOrder.id == bindparam("order", type_=Uuid)),
    _facts,
)


def _last_item(params: dict[str, Any], is_open: bool, is_done_by_somebody: bool) -> LastItem:
    return LastItem(Open(params["due_kop"], params["over_kop"]), is_open, is_done_by_somebody)


LAST_ITEM = Query(
    select(InboxItem.params, InboxItem.done_at.is_(None), InboxItem.done_by.is_not(None))
    .where(
        InboxItem.company_id == COMPANY,
        InboxItem.kind == InboxKind.ORDER_UNSETTLED,
        InboxItem.subject_id == bindparam("order", type_=Uuid),
    )
    .order_by(InboxItem.id.desc())
    .limit(1),
    _last_item,
)


def _order_id(order_id: UUID) -> UUID:
    return order_id


ORDER_OF_JOB = Query(
    select(JOBS.c.order_id).where(JOBS.c.company_id == COMPANY, JOBS.c.id == bindparam("job", type_=Uuid)),
    _order_id,
)
