from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, OfCompany, belongs_to
from app.db.wake import swept_by

INTAKE_SWEEP, OCCASION_SWEEP = "plan_intake", "occasion"


class PlanIntake(OfCompany, Base):
    """When the base is gone through next for a plan, because no event brings these clients in."""

    __tablename__ = "plan_intake"

    plan_id: Mapped[UUID] = mapped_column(primary_key=True)
    after: Mapped[UUID | None]
    """The last client that was looked at."""
    look_at: Mapped[datetime | None]
    """Null: nobody more."""

    __table_args__ = (
        belongs_to("touch_plan", "plan_id"),
        Index("ix_plan_intake__look", "company_id", "look_at", postgresql_where=text("look_at IS NOT NULL")),
        Index(
            "ix_plan_intake__look_due", "look_at", "company_id", postgresql_where=text("look_at IS NOT NULL")
        ),
        swept_by(INTAKE_SWEEP, due="look_at"),
    )


class Occasion(HasId, Base):
    """A day of the company’s calendar that gives a reason to write: an exhibition, a novelty, a promotion."""

    __tablename__ = "occasion"

    name: Mapped[str]
    on_day: Mapped[date]
    plan_id: Mapped[UUID]
    statuses: Mapped[list[str]] = mapped_column(server_default="{}")
    """Only clients of these. Empty: as the plan says."""
    created_by: Mapped[UUID]
    after: Mapped[UUID | None]
    clients: Mapped[int] = mapped_column(server_default="0")
    """So many have come into the plan by it."""
    look_at: Mapped[datetime | None]
    canceled_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("touch_plan", "plan_id"),
        Index("ix_occasion__day", "company_id", "on_day"),
        Index("ix_occasion__look", "company_id", "look_at", postgresql_where=text("look_at IS NOT NULL")),
        Index("ix_occasion__look_due", "look_at", "company_id", postgresql_where=text("look_at IS NOT NULL")),
        swept_by(OCCASION_SWEEP, due="look_at"),
    )
