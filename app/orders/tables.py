"""Tables that queries of modules above may read, so that a command can read all its facts in one statement;
with columns of them, and what makes values of these.

Modules above never write these tables. They change them through api.py.
"""

from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.queries import ORDER_COLUMNS, order_state
from app.orders.job_types.models import JobType
from app.orders.jobs.models import Job
from app.orders.measurements.models import Measurement
from app.orders.payments.models import Payment
from app.orders.payments.queries import PAYMENT_COLUMNS, stored_payment

__all__ = [
    "ORDER_COLUMNS",
    "PAYMENT_COLUMNS",
    "ClientOrder",
    "Job",
    "JobType",
    "Measurement",
    "Payment",
    "order_state",
    "stored_payment",
]
