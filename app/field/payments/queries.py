"""What is known when a client gives money on site."""

from typing import Any

from sqlalchemy import Uuid, and_, bindparam, true

from app.db.query import Query
from app.dispatch.tables import Visit
from app.field.payments.policies import TakeFacts
from app.field.queries import select_visit
from app.orders.tables import (
    EXPECTED_COLUMNS,
    ORDER_COLUMNS,
    ORDER_MONEY,
    PAYMENT_COLUMNS,
    Job,
    Payment,
    expected,
    order_state,
    stored_payment,
)

ORDER_END = len(ORDER_COLUMNS)
PAYMENT_END = ORDER_END + len(PAYMENT_COLUMNS)


def _take_facts(*row: Any) -> TakeFacts:
    visit_id, visit_status, job_id, job_kind, *more = row
    return TakeFacts(
        visit_id,
        visit_status,
        job_id,
        job_kind,
        order_state(*more[:ORDER_END]),
        stored_payment(*more[ORDER_END:PAYMENT_END]),
        expected(*more[PAYMENT_END:]),
    )


TO_TAKE = Query(
    select_visit(
        Visit.id, Visit.status, Job.id, Job.kind, *ORDER_COLUMNS, *PAYMENT_COLUMNS, *EXPECTED_COLUMNS
    )
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
