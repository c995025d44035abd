from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, belongs_to
from app.db.wake import swept_by
from app.orders.invoices.policies import InvoiceStatus

SWEEP = "invoice"
"""Looks after invoices that nobody has paid in time: see `invoices.sweep`."""


class Invoice(HasId, Base):
    """What a client was asked to pay. Content, number and sum never change: see the grants in the migration."""

    __tablename__ = "invoice"

    number: Mapped[int]
    order_id: Mapped[UUID]
    client_id: Mapped[UUID]
    kind: Mapped[str]
    """whole, advance or rest."""
    status: Mapped[str] = mapped_column(server_default=InvoiceStatus.ISSUED)
    total_kop: Mapped[int] = mapped_column(BigInteger)
    paid_kop: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Money of the order that counts for this invoice: see `policies.spread`."""
    beyond_kop: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Money of the order that had come without an invoice when this one was issued, and is not asked for in it."""
    issued_on: Mapped[date]
    """By the company's calendar."""
    issued_by: Mapped[UUID]
    pay_by: Mapped[date]
    overdue_from: Mapped[datetime]
    """Midnight after `pay_by`."""
    overdue_at: Mapped[datetime | None]
    """The same while it may still become overdue; null when it is paid, canceled or overdue."""
    content: Mapped[dict[str, Any]]
    """What stands on it: see `documents.content.invoice.InvoiceContent`."""
    canceled_at: Mapped[datetime | None]
    canceled_by: Mapped[UUID | None]
    """Null with `canceled_at`: canceled with its order."""
    cancel_reason: Mapped[str | None]

    __table_args__ = (
        belongs_to("client_order", "order_id"),
        belongs_to("client"),
        UniqueConstraint("company_id", "number"),
        Index("ix_invoice__order", "company_id", "order_id"),
        Index("ix_invoice__client", "company_id", "client_id"),
        Index(
            "ix_invoice__overdue", "company_id", "overdue_at", postgresql_where=text("overdue_at IS NOT NULL")
        ),
        Index("ix_invoice__due", "overdue_at", "company_id", postgresql_where=text("overdue_at IS NOT NULL")),
        CheckConstraint("kind IN ('whole','advance','rest')", name="kind"),
        CheckConstraint("status IN ('issued','partly_paid','paid','overdue','canceled')", name="status"),
        CheckConstraint("total_kop > 0 AND paid_kop BETWEEN 0 AND total_kop", name="sums"),
        CheckConstraint(
            "(status = 'canceled') = (canceled_at IS NOT NULL)"
            " AND (status = 'canceled') = (cancel_reason IS NOT NULL)",
            name="canceled",
        ),
        CheckConstraint("status <> 'paid' OR paid_kop = total_kop", name="paid"),
        swept_by(SWEEP, due="overdue_at"),
    )
