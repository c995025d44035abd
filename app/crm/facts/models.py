from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.crm.facts.values import FactKind
from app.db.base import Base, OfCompany, belongs_to


class LifeFact(OfCompany, Base):
    """Something that happened to a client, as `values.Fact` says. Rows are only ever added.

    It holds all that statuses, needs and reports follow from, because events are removed after 30 days. The client is
    the card with which it came: when cards are merged, facts stay as they are.
    """

    __tablename__ = "life_fact"

    kind: Mapped[str] = mapped_column(primary_key=True)
    source_id: Mapped[UUID] = mapped_column(primary_key=True)
    """The act, payment, order, request … that it tells of."""
    part: Mapped[str] = mapped_column(primary_key=True, server_default="")
    client_id: Mapped[UUID]
    at: Mapped[datetime]
    site_id: Mapped[UUID | None]
    order_id: Mapped[UUID | None]
    job_id: Mapped[UUID | None]
    visit_id: Mapped[UUID | None]
    worker_id: Mapped[UUID | None]
    """Who led the visit, or entered the date."""
    categories: Mapped[list[str]] = mapped_column(server_default="{}")
    """By the rules that held then."""
    amount_kop: Mapped[int] = mapped_column(BigInteger, server_default="0")
    on_day: Mapped[date | None]
    detail: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    is_history: Mapped[bool] = mapped_column(server_default="false")
    """It was taken over when the company began to keep facts: it starts nothing."""
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        belongs_to("client"),
        Index("ix_life_fact__client", "company_id", "client_id", "at"),
        Index("ix_life_fact__kind", "company_id", "kind", "at"),
        CheckConstraint(f"kind IN ({','.join(repr(str(kind)) for kind in FactKind)})", name="kind"),
        CheckConstraint(
            "kind NOT IN ('date_named','date_entered') OR on_day IS NOT NULL", name="date_has_day"
        ),
        CheckConstraint("amount_kop >= 0", name="amount"),
    )
