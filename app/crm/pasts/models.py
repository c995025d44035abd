from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, OfCompany, belongs_to


class ClientPurchase(OfCompany, Base):
    """A purchase, as `values.Bought` says. It follows from facts, and is written anew when they change."""

    __tablename__ = "client_purchase"

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    """0 for the first."""
    first_on: Mapped[date]
    on: Mapped[date] = mapped_column("on_day")
    workers: Mapped[list[UUID]]
    categories: Mapped[list[str]]
    sites: Mapped[list[UUID]]
    visits: Mapped[list[UUID]]
    total_kop: Mapped[int] = mapped_column(BigInteger)

    __table_args__ = (
        belongs_to("client"),
        Index("ix_client_purchase__on", "company_id", "on_day", "client_id"),
    )


class ExpectedNeed(OfCompany, Base):
    """When a client was expected for a need, as `values.Expected` says. It follows from facts."""

    __tablename__ = "expected_need"

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    site_id: Mapped[UUID | None]
    category: Mapped[str]
    anchor_on: Mapped[date]
    due_on: Mapped[date]
    early_on: Mapped[date]
    late_on: Mapped[date]
    worker_id: Mapped[UUID | None]
    renewed_on: Mapped[date | None]

    __table_args__ = (
        belongs_to("client"),
        Index("ix_expected_need__due", "company_id", "due_on", "client_id"),
    )
