from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, belongs_to
from app.orders.ledger.policies import Part


class Payment(HasId, Base):
    """Money taken from a client. Never changed; a mistake is a second, opposite row."""

    __tablename__ = "payment"

    order_id: Mapped[UUID]
    invoice_id: Mapped[UUID | None]
    """The invoice it was paid for, if somebody said so."""
    job_id: Mapped[UUID | None]
    visit_id: Mapped[UUID | None]
    """Where it was taken. Null: the office booked it or gave it back."""
    kind: Mapped[str]
    """prepayment, final or refund."""
    amount_kop: Mapped[int] = mapped_column(BigInteger)
    method: Mapped[str]
    """cash, card, sbp or transfer."""
    pays_for: Mapped[str] = mapped_column(server_default=Part.ALL)
    """goods, work or all. A refund goes back from whatever is held: its entries of the ledger say from what."""
    receipt_ref: Mapped[str] = mapped_column(server_default="")
    """Number of the fiscal receipt or of the transfer."""
    doubts: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    """Why it looked wrong when it was taken: see `plausibility.Doubt`."""
    comment: Mapped[str] = mapped_column(server_default="")
    command_id: Mapped[UUID | None]
    """The phone's command that recorded it. Null: the office."""
    taken_by: Mapped[UUID]
    taken_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("client_order", "order_id"),
        belongs_to("invoice"),
        belongs_to("job"),
        belongs_to("visit"),
        CheckConstraint("amount_kop > 0", name="amount"),
        CheckConstraint("kind IN ('prepayment','final','refund')", name="kind"),
        CheckConstraint("pays_for IN ('goods','work','all')", name="pays_for"),
        CheckConstraint("method IN ('cash','card','sbp','transfer')", name="method"),
        CheckConstraint("visit_id IS NOT NULL OR command_id IS NULL", name="taken_somewhere"),
        Index("ix_payment__order", "company_id", "order_id"),
        Index(
            "ix_payment__invoice", "company_id", "invoice_id", postgresql_where=text("invoice_id IS NOT NULL")
        ),
        Index("ix_payment__taken_at", "company_id", "taken_at"),
    )
