from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Numeric, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.core.quantities import PLACES
from app.db.base import Base, HasId, Versioned, belongs_to
from app.orders.estimates.policies import EstimateStatus
from app.orders.ledger.policies import Part


class Estimate(HasId, Versioned, Base):
    """One version of what an order costs. The agreed one is its price.

    Only a draft is edited. The database refuses any other change of the sums: see the trigger `check_estimate`.
    """

    __tablename__ = "estimate"

    order_id: Mapped[UUID]
    number: Mapped[int]
    """1, 2, 3 … of its order."""
    status: Mapped[str] = mapped_column(server_default=EstimateStatus.DRAFT)
    revision: Mapped[int] = mapped_column(server_default="1")
    """Which of its lines count: a draft that is written anew gets other lines, and keeps the old ones."""
    measurement_id: Mapped[UUID | None]
    """The newest version of the measurement when it was written."""
    advance_pays_for: Mapped[str] = mapped_column(server_default=Part.GOODS)
    """goods or all: what the client pays in advance for."""
    includes_acts: Mapped[bool] = mapped_column(server_default="false")
    """Its sum contains what acts signed before have charged."""
    included_kop: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """What they had charged when it was agreed."""
    valid_until: Mapped[date | None]
    comment: Mapped[str] = mapped_column(server_default="")
    goods_kop: Mapped[int] = mapped_column(BigInteger)
    work_kop: Mapped[int] = mapped_column(BigInteger)
    discount_kop: Mapped[int] = mapped_column(BigInteger)
    vat_kop: Mapped[int] = mapped_column(BigInteger)
    total_kop: Mapped[int] = mapped_column(BigInteger)
    drafted_by: Mapped[UUID]
    parties: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Company, client and address as they were when it was agreed: what the paper says of them."""
    agreed_at: Mapped[datetime | None]
    agreed_by: Mapped[UUID | None]
    """Who in the office wrote down that the client agreed."""
    agreed_note: Mapped[str] = mapped_column(server_default="")
    """How the client agreed: signed on paper, by phone, by mail."""
    superseded_by: Mapped[UUID | None]
    declined_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None]

    __table_args__ = (
        belongs_to("client_order", "order_id"),
        belongs_to("measurement"),
        UniqueConstraint("company_id", "order_id", "number"),
        Index(
            "uq_estimate__agreed",
            "company_id",
            "order_id",
            unique=True,
            postgresql_where=text("status = 'agreed'"),
        ),
        CheckConstraint("status IN ('draft','agreed','superseded','declined','canceled')", name="status"),
        CheckConstraint("advance_pays_for IN ('goods','all')", name="advance_pays_for"),
        CheckConstraint("total_kop = goods_kop + work_kop", name="total"),
        CheckConstraint("goods_kop >= 0 AND work_kop >= 0 AND included_kop >= 0", name="not_negative"),
        CheckConstraint(
            "(status IN ('agreed','superseded','canceled')) = (agreed_at IS NOT NULL)", name="agreed"
        ),
        CheckConstraint("(status = 'declined') = (decline_reason IS NOT NULL)", name="declined"),
    )


class EstimateLine(HasId, Base):
    """A line of an estimate, with the price and the version of the price list that the client saw. Never changed."""

    __tablename__ = "estimate_line"

    estimate_id: Mapped[UUID]
    revision: Mapped[int]
    position: Mapped[int]
    part: Mapped[str]
    """goods or work."""
    work_code: Mapped[str | None]
    """Of a line of the price list; null: written by hand."""
    work_item_version: Mapped[int | None]
    opening_label: Mapped[str] = mapped_column(server_default="")
    name_ru: Mapped[str]
    name_en: Mapped[str]
    unit: Mapped[str]
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, PLACES))
    price_kop: Mapped[int] = mapped_column(BigInteger)
    sum_kop: Mapped[int] = mapped_column(BigInteger)
    discount_percent: Mapped[Decimal | None] = mapped_column(Numeric(5, 2))
    discount_kop: Mapped[int] = mapped_column(BigInteger, server_default="0")
    reason: Mapped[str] = mapped_column(server_default="")
    """Why there is a discount, or another price than that of the price list."""
    vat_rate: Mapped[int | None]
    """Percent; null: the company pays no VAT."""
    vat_kop: Mapped[int] = mapped_column(BigInteger)
    total_kop: Mapped[int] = mapped_column(BigInteger)
    warranty_months: Mapped[int] = mapped_column(server_default="0")

    __table_args__ = (
        belongs_to("estimate"),
        UniqueConstraint(
            "company_id", "estimate_id", "revision", "position", name="uq_estimate_line__position"
        ),
        CheckConstraint("part IN ('goods','work')", name="part"),
        CheckConstraint("quantity > 0 AND price_kop >= 0", name="not_negative"),
        CheckConstraint("total_kop = sum_kop - discount_kop AND total_kop >= 0", name="total"),
        CheckConstraint("discount_kop >= 0 AND (discount_kop = 0 OR reason <> '')", name="discount"),
        CheckConstraint("vat_rate IS NULL OR vat_rate IN (0,5,7,10,20,22)", name="vat_rate"),
    )
