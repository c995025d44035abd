"""Tables that queries of modules above may read, so that a command can read all its facts in one statement;
with columns and joins of them, and what makes values of these.

Modules above never write these tables. They change them through api.py.
"""

from app.orders.client_history.queries import HISTORY
from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.queries import ORDER_COLUMNS, order_state
from app.orders.forms.models import Form, FormVersion
from app.orders.job_types.models import JobType
from app.orders.jobs.models import Job
from app.orders.ledger.queries import ORDER_MONEY
from app.orders.measurements.models import Measurement
from app.orders.measurements.queries import (
    LAST_SHEET,
    MEASURED_JOB_COLUMNS,
    measured_job,
    stored_sheet,
)
from app.orders.payments.models import Payment
from app.orders.payments.queries import EXPECTED_COLUMNS, PAYMENT_COLUMNS, expected
from app.orders.production.models import ProductionOrder

__all__ = [
    "EXPECTED_COLUMNS",
    "HISTORY",
    "LAST_SHEET",
    "MEASURED_JOB_COLUMNS",
    "ORDER_COLUMNS",
    "ORDER_MONEY",
    "PAYMENT_COLUMNS",
    "ClientOrder",
    "Form",
    "FormVersion",
    "Job",
    "JobType",
    "Measurement",
    "Payment",
    "ProductionOrder",
    "expected",
    "measured_job",
    "order_state",
    "stored_sheet",
]
