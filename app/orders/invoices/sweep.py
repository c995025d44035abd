"""Invoices that nobody has paid in time."""

from datetime import datetime
from uuid import UUID

from app.db.session import Session
from app.db.sweeps import QueueJob
from app.notifications.api import InboxKind, Item, add_items_once
from app.orders.invoices import queries
from app.orders.invoices.models import Invoice
from app.orders.invoices.policies import InvoiceStatus

AT_ONCE = 20


async def mark_overdue(session: Session, company_id: UUID, now: datetime, _: QueueJob) -> int:
    """Sweep `invoice`: what is not paid in full when its last day is over is put before the accountant."""
    invoices = await queries.take_overdue(session, company_id, now=now, limit=AT_ONCE)
    for invoice in invoices:
        invoice.status, invoice.overdue_at = InvoiceStatus.OVERDUE, None
    await add_items_once(session, company_id, *(_item(invoice, now) for invoice in invoices))
    return len(invoices)


def _item(invoice: Invoice, now: datetime) -> Item:
    """A new one each time: money that went back can make an invoice overdue again."""
    params = {
        "number": invoice.number,
        "order": invoice.content["order_number"],
        "left_kop": invoice.total_kop - invoice.paid_kop,
        "pay_by_on": invoice.pay_by.isoformat(),
    }
    return Item(
        "accountant",
        InboxKind.INVOICE_OVERDUE,
        "invoice",
        invoice.id,
        params,
        now.isoformat(timespec="seconds"),
    )
