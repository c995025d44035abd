"""What is known when a client gives money on site."""

from typing import Any

from sqlalchemy import true

from app.db.query import Query
from app.dispatch.tables import Visit
from app.field.payments.policies import TakeFacts
from app.field.queries import select_visit
from app.orders.tables import (
    EXPECTED_COLUMNS,
    ORDER_COLUMNS,
    ORDER_MONEY,
    Job,
    expected,
    order_state,
)

ORDER_END = len(ORDER_COLUMNS)


def _take_facts(*row: Any) -> TakeFacts:
    visit_id, visit_status, job_id, job_kind, *more = row
    return TakeFacts(
        visit_id,
        visit_status,
        job_id,
        job_kind,
        order_state(*more[:ORDER_END]),
        expected(*more[ORDER_END:]),
    )


TO_TAKE = Query(
    select_visit(Visit.id, Visit.status, Job.id, Job.kind, *ORDER_COLUMNS, *EXPECTED_COLUMNS).join(
        ORDER_MONEY, true()
    ),
    _take_facts,
)
