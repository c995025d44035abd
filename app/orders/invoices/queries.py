"""All SQL about invoices."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Select, Uuid, bindparam, cast, column, func, select, table
from sqlalchemy.dialects.postgresql import aggregate_order_by

from app.clients.tables import of_client
from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.documents.api import InvoiceLine
from app.orders.client_orders.models import ClientOrder
from app.orders.invoices.models import Invoice
from app.orders.invoices.policies import InvoiceState, InvoiceStatus

PAYMENTS = table(
    "payment",
    column("company_id"),
    column("invoice_id", Uuid),
    column("amount_kop", BigInteger),
)
"""Of a slice that stands on this one: named here, not imported."""
COMPANY = bindparam("company", type_=Uuid)
NAMED_KOP = func.coalesce(
    select(cast(func.sum(PAYMENTS.c.amount_kop), BigInteger))
    .where(PAYMENTS.c.company_id == COMPANY, PAYMENTS.c.invoice_id == Invoice.id)
    .correlate(Invoice)
    .scalar_subquery(),
    0,
)
STATE = func.jsonb_build_array(
    Invoice.id,
    Invoice.number,
    Invoice.status,
    Invoice.total_kop,
    Invoice.paid_kop,
    Invoice.beyond_kop,
    Invoice.overdue_from,
    NAMED_KOP,
)
INVOICES = (
    select(func.jsonb_agg(aggregate_order_by(STATE, Invoice.number)))
    .where(
        Invoice.company_id == COMPANY,
        Invoice.order_id == ClientOrder.id,
        Invoice.status != InvoiceStatus.CANCELED,
    )
    .correlate(ClientOrder)
    .scalar_subquery()
)
"""The invoices of an order that are not canceled, for commands that read it among their facts. True while the
order is locked."""


def invoice_states(found: Sequence[Sequence[Any]] | None) -> list[InvoiceState]:
    """`found` is what INVOICES read."""
    return [
        InvoiceState(UUID(one), number, status, total, paid, beyond, datetime.fromisoformat(overdue), named)
        for one, number, status, total, paid, beyond, overdue, named in found or []
    ]


INVOICES_OF_ORDER = Query(
    select(INVOICES).where(
        ClientOrder.company_id == COMPANY, ClientOrder.id == bindparam("order", type_=Uuid)
    ),
    invoice_states,
)


def select_invoices(
    scope: Scope,
    *,
    order_id: UUID | None = None,
    client_id: UUID | None = None,
    statuses: Sequence[str] | None = None,
) -> Select[Invoice]:
    query = select(Invoice).where(Invoice.company_id == scope.company_id)
    if order_id is not None:
        query = query.where(Invoice.order_id == order_id)
    if client_id is not None:
        query = query.where(of_client(Invoice.client_id, client_id, scope.company_id))
    if statuses:
        query = query.where(Invoice.status.in_(statuses))
    return query


async def get_invoice(
    session: Session, company_id: UUID, invoice_id: UUID, *, lock: bool = False
) -> Invoice | None:
    query = select(Invoice).where(Invoice.company_id == company_id, Invoice.id == invoice_id)
    if lock:
        query = query.with_for_update(key_share=True).execution_options(populate_existing=True)
    return await session.scalar(query)


async def find_live_invoices(session: Session, company_id: UUID, order_id: UUID) -> Sequence[Invoice]:
    """Those that are not canceled, by number."""
    query = select(Invoice).where(
        Invoice.company_id == company_id,
        Invoice.order_id == order_id,
        Invoice.status != InvoiceStatus.CANCELED,
    )
    return (await session.scalars(query.order_by(Invoice.number))).all()


async def take_overdue(session: Session, company_id: UUID, *, now: datetime, limit: int) -> Sequence[Invoice]:
    """Invoices whose last day is over, locked. Those that somebody else works on are left out."""
    query = (
        select(Invoice)
        .where(Invoice.company_id == company_id, Invoice.overdue_at <= now)
        .order_by(Invoice.overdue_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return (await session.scalars(query)).all()


async def find_lines(session: Session, scope: Scope, order_id: UUID) -> list[InvoiceLine]:
    """The lines of an order's invoices that are not canceled."""
    query = select(Invoice.content).where(
        Invoice.company_id == scope.company_id,
        Invoice.order_id == order_id,
        Invoice.status != InvoiceStatus.CANCELED,
    )
    return [
        msgspec.convert(line, InvoiceLine)
        for content in await session.scalars(query)
        for line in content["lines"]
    ]
