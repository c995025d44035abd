"""What orders add to the history of a client."""

from app.db.history import COMPANY, HistoryPart, detail, of_cards, one_of
from app.orders.client_orders.models import ClientOrder
from app.orders.estimates.models import Estimate
from app.orders.invoices.models import Invoice
from app.orders.jobs.models import Job
from app.orders.measurements.models import Measurement
from app.orders.payments.models import Payment
from app.orders.production.models import ProductionOrder

_ORDERS = of_cards(ClientOrder)
_JOBS = of_cards(Job)

HISTORY = [
    HistoryPart(
        "order",
        at=ClientOrder.created_at,
        row_id=ClientOrder.id,
        where=_ORDERS,
        is_open=~one_of(ClientOrder.status, ("handed_over", "canceled")),
        number=ClientOrder.number,
        status=ClientOrder.status,
        reason=ClientOrder.canceled_reason,
        order_id=ClientOrder.id,
    ),
    HistoryPart(
        "job",
        at=Job.created_at,
        row_id=Job.id,
        where=_JOBS,
        is_open=one_of(Job.status, ("new", "planned", "in_progress")),
        number=Job.number,
        status=Job.status,
        what=Job.kind,
        reason=Job.canceled_reason,
        text=Job.instructions,
        order_id=Job.order_id,
        job_id=Job.id,
    ),
    HistoryPart(
        "measurement",
        at=Measurement.measured_at,
        row_id=Measurement.id,
        where=[*_JOBS, Measurement.company_id == COMPANY, Measurement.job_id == Job.id],
        number=Measurement.version,
        text=Measurement.comment,
        order_id=Job.order_id,
        job_id=Job.id,
        visit_id=Measurement.visit_id,
        person_id=Measurement.author_id,
    ),
    HistoryPart(
        "payment",
        at=Payment.taken_at,
        row_id=Payment.id,
        where=[*_ORDERS, Payment.company_id == COMPANY, Payment.order_id == ClientOrder.id],
        what=Payment.kind,
        text=Payment.comment,
        amount_kop=Payment.amount_kop,
        order_id=Payment.order_id,
        job_id=Payment.job_id,
        visit_id=Payment.visit_id,
        person_id=Payment.taken_by,
    ),
    HistoryPart(
        "estimate",
        at=Estimate.created_at,
        row_id=Estimate.id,
        where=[*_ORDERS, Estimate.company_id == COMPANY, Estimate.order_id == ClientOrder.id],
        is_open=Estimate.status == "draft",
        number=Estimate.number,
        status=Estimate.status,
        reason=Estimate.decline_reason,
        text=Estimate.comment,
        amount_kop=Estimate.total_kop,
        due_on=Estimate.valid_until,
        order_id=Estimate.order_id,
        person_id=Estimate.drafted_by,
    ),
    HistoryPart(
        "invoice",
        at=Invoice.created_at,
        row_id=Invoice.id,
        where=of_cards(Invoice),
        is_open=one_of(Invoice.status, ("issued", "partly_paid", "overdue")),
        number=Invoice.number,
        status=Invoice.status,
        reason=Invoice.cancel_reason,
        amount_kop=Invoice.total_kop,
        due_on=Invoice.pay_by,
        order_id=Invoice.order_id,
        person_id=Invoice.issued_by,
        detail=detail(paid_kop=Invoice.paid_kop),
    ),
    HistoryPart(
        "production",
        at=ProductionOrder.placed_at,
        row_id=ProductionOrder.id,
        where=[*_ORDERS, ProductionOrder.company_id == COMPANY, ProductionOrder.order_id == ClientOrder.id],
        is_open=one_of(ProductionOrder.status, ("placed", "confirmed", "in_production", "ready")),
        number=ProductionOrder.number,
        status=ProductionOrder.status,
        text=ProductionOrder.comment,
        due_on=ProductionOrder.planned_ready_on,
        order_id=ProductionOrder.order_id,
        job_id=ProductionOrder.job_id,
    ),
]
