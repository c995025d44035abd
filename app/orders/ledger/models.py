from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, belongs_to


class LedgerEntry(HasId, Base):
    """One reason why a client owes more or less for an order. Never changed, never removed.

    Every balance is a sum of these rows. A mistake is corrected where it was made (a refund, a newer estimate),
    and that writes a further row.
    """

    __tablename__ = "ledger_entry"

    order_id: Mapped[UUID]
    kind: Mapped[str]
    """See `policies.EntryKind`."""
    part: Mapped[str]
    """goods, work or all: see `policies.Part`."""
    amount_kop: Mapped[int] = mapped_column(BigInteger)
    """What the client owes more (positive) or less (negative)."""
    source_id: Mapped[UUID]
    """The estimate, act, payment or order that is the reason."""
    happened_at: Mapped[datetime]
    done_by: Mapped[UUID | None]

    __table_args__ = (
        belongs_to("client_order", "order_id"),
        UniqueConstraint("company_id", "kind", "source_id", "part"),
        CheckConstraint("kind IN ('contract','superseded','act','canceled','payment','refund')", name="kind"),
        CheckConstraint("part IN ('goods','work','all')", name="part"),
        CheckConstraint("part <> 'all' OR kind IN ('payment','refund')", name="charged_for_something"),
        CheckConstraint("amount_kop <> 0", name="amount"),
        Index("ix_ledger_entry__order", "company_id", "order_id"),
    )
