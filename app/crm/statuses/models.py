from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.crm.statuses.policies.history import ClientStatus
from app.db.base import Base, HasId, OfCompany, belongs_to
from app.db.wake import swept_by

SWEEP = "client_status"
PAST_SWEEP = "client_past"
STATUSES = f"status IN ({','.join(repr(str(status)) for status in ClientStatus)})"


class ClientLife(OfCompany, Base):
    """How a client stands now. All of it follows from facts and rules; nobody sets it."""

    __tablename__ = "client_life"

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    status: Mapped[str]
    reason: Mapped[str]
    params: Mapped[dict[str, Any]]
    """What the sentence of the reason says."""
    since: Mapped[datetime]
    rules_version: Mapped[int]
    due_on: Mapped[date | None]
    """When he is expected again. Null: nothing of his is ever needed again."""
    due_source: Mapped[str | None]
    purchases: Mapped[int] = mapped_column(server_default="0")
    receipts: Mapped[int] = mapped_column(server_default="0")
    total_kop: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """Paid and not given back."""
    tier: Mapped[str | None]
    first_purchase_at: Mapped[datetime | None]
    last_purchase_at: Mapped[datetime | None]
    active_at: Mapped[datetime | None]
    """When something happened last. A lead of whom nothing was heard for long is cold."""
    look_at: Mapped[datetime | None]
    """When time alone changes something next."""

    __table_args__ = (
        belongs_to("client"),
        CheckConstraint(STATUSES, name="status"),
        Index("ix_client_life__status", "company_id", "status", "client_id"),
        Index("ix_client_life__due", "company_id", "look_at", postgresql_where=text("look_at IS NOT NULL")),
        Index(
            "ix_client_life__look_at",
            "look_at",
            "company_id",
            postgresql_where=text("look_at IS NOT NULL"),
        ),
        swept_by(SWEEP, due="look_at"),
    )


class StatusStep(HasId, Base):
    """From `at` on a client had this status. Rows are only ever added.

    Facts can arrive late. A step that turns out wrong stays, and a further row withdraws it.
    """

    __tablename__ = "status_step"

    client_id: Mapped[UUID]
    at: Mapped[datetime]
    """By what happened, not by when we heard of it: see `created_at`."""
    was: Mapped[str | None]
    status: Mapped[str]
    reason: Mapped[str]
    params: Mapped[dict[str, Any]]
    rules_version: Mapped[int]
    withdraws: Mapped[UUID | None]
    """The step that does not hold. Such a row has the values of that step."""

    __table_args__ = (
        belongs_to("client"),
        CheckConstraint(STATUSES, name="status"),
        Index("ix_status_step__client", "company_id", "client_id", "at"),
        Index("ix_status_step__at", "company_id", "at"),
        Index(
            "uq_status_step__withdraws",
            "company_id",
            "withdraws",
            unique=True,
            postgresql_where=text("withdraws IS NOT NULL"),
        ),
    )


class ClientPast(OfCompany, Base):
    """Whether what reports know of a client is as his facts say. Whoever works out his status sets the clock,
    and `pasts` follows it. It stands here because a process that works out statuses alone must know the table."""

    __tablename__ = "client_past"

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    look_at: Mapped[datetime | None]
    """When his past is worked out anew. Null: nothing has happened since."""

    __table_args__ = (
        belongs_to("client"),
        Index("ix_client_past__look", "company_id", "look_at", postgresql_where=text("look_at IS NOT NULL")),
        Index(
            "ix_client_past__look_due", "look_at", "company_id", postgresql_where=text("look_at IS NOT NULL")
        ),
        swept_by(PAST_SWEEP, due="look_at"),
    )
