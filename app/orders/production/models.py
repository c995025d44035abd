from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.db.base import Base, HasId, Versioned, belongs_to
from app.db.wake import swept_by
from app.orders.measurements.models import Measurement
from app.orders.statuses import ProductionStatus


class ProductionOrder(HasId, Versioned, Base):
    """An order to the plant, made from one locked version of a measurement."""

    __tablename__ = "production_order"

    number: Mapped[int]
    order_id: Mapped[UUID]
    job_id: Mapped[UUID]
    """The measurement job."""
    measurement_id: Mapped[UUID]
    plant_ref: Mapped[str] = mapped_column(server_default="")
    """The plant's own number of the order."""
    comment: Mapped[str] = mapped_column(server_default="")
    status: Mapped[str] = mapped_column(server_default=ProductionStatus.PLACED)
    placed_at: Mapped[datetime]
    planned_ready_on: Mapped[date]
    remind_at: Mapped[datetime | None]
    """When the dispatcher is reminded to agree the installation. After that every morning until an installation
    is booked. Null while one is booked, and when the order is canceled."""
    ready_at: Mapped[datetime | None]
    installation_job_id: Mapped[UUID | None]

    measurement: Mapped[Measurement] = relationship(lazy="raise", viewonly=True)

    __table_args__ = (
        belongs_to("client_order", "order_id"),
        belongs_to("job"),
        belongs_to("measurement"),
        belongs_to("job", "installation_job_id"),
        UniqueConstraint("company_id", "number"),
        Index(
            "uq_production_order__measurement",
            "company_id",
            "measurement_id",
            unique=True,
            postgresql_where=text("status <> 'canceled'"),
        ),
        Index(
            "uq_production_order__job",
            "company_id",
            "job_id",
            unique=True,
            postgresql_where=text("status IN ('placed','confirmed','in_production')"),
        ),
        Index(
            "ix_production_order__remind",
            "company_id",
            "remind_at",
            postgresql_where=text("remind_at IS NOT NULL"),
        ),
        Index(
            "ix_production_order__due",
            "remind_at",
            "company_id",
            postgresql_where=text("remind_at IS NOT NULL"),
        ),
        Index("ix_production_order__ready_on", "company_id", "planned_ready_on"),
        Index("ix_production_order__order", "company_id", "order_id"),
        Index(
            "ix_production_order__installation",
            "company_id",
            "installation_job_id",
            postgresql_where=text("installation_job_id IS NOT NULL"),
        ),
        CheckConstraint(
            "status IN ('placed','confirmed','in_production','ready','delivered','canceled')", name="status"
        ),
        swept_by("readiness", due="remind_at"),
    )


class ProductionEvent(HasId, Base):
    """What happened to a production order. Rows are never changed."""

    __tablename__ = "production_event"

    production_order_id: Mapped[UUID]
    kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    """Null means the system itself."""
    occurred_at: Mapped[datetime]
    payload: Mapped[dict[str, Any]]

    __table_args__ = (
        belongs_to("production_order"),
        Index("ix_production_event__order", "company_id", "production_order_id", "id"),
    )
