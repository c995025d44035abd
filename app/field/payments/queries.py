"""What is known when a client gives money on site."""

from typing import Any

from sqlalchemy import Uuid, and_, bindparam, true

from app.db.query import Query
from app.dispatch.tables import Visit
from app.field.payments.policies import TakeFacts
from app.field.queries import select_visit
from app.orders.tables import (
    ORDER_COLUMNS,
    ORDER_MONEY,
    PAYMENT_COLUMNS,
    Job,
    Payment,
    order_money,
    order_state,
    stored_payment,
)


def _take_facts(*row: Any) -> TakeFacts:
    visit_id, visit_status, job_id, job_kind, *more = row
    order, more = more[: len(ORDER_COLUMNS)], more[len(ORDER_COLUMNS) :]
    money, payment = more[: len(ORDER_MONEY.c)], more[len(ORDER_MONEY.c) :]
    return TakeFacts(
        visit_id,
        visit_status,
        job_id,
        job_kind,
        order_state(*order),
        order_money(*money),
        stored_payment(*payment),
    )


TO_TAKE = Query(
    select_visit(Visit.id, Visit.status, Job.id, Job.kind, *ORDER_COLUMNS, *ORDER_MONEY.c, *PAYMENT_COLUMNS)
    .join(ORDER_MONEY, true())
    .outerjoin(
        Payment,
        and_(
            Payment.company_id == Visit.company_id,
            Payment.command_id == bindparam("command", type_=Uuid),
        ),
    ),
    _take_facts,
)
