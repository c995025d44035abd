from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.crm.plans.policies import PlanStatus
from app.db.base import Base, HasId, OfCompany, Versioned, belongs_to
from app.db.card_changes import Recorded


class TouchPlan(HasId, Versioned, Base):
    """A planned sequence of contacts with clients. The office edits the draft; what is published is carried out."""

    __tablename__ = "touch_plan"
    __recorded__ = Recorded("touch_plan")

    code: Mapped[str]
    name: Mapped[str]
    draft: Mapped[dict[str, Any]]
    """See `values.PlanContent`."""
    status: Mapped[str] = mapped_column(server_default=PlanStatus.OFF)
    published_number: Mapped[int | None]
    """The version into which clients come."""
    batch_id: Mapped[UUID | None]
    """Its advertising goes while this batch is released."""
    released_by: Mapped[UUID | None]
    """Who answers for what it sends."""
    released_at: Mapped[datetime | None]

    __table_args__ = (
        UniqueConstraint("company_id", "code"),
        belongs_to("message_batch", "batch_id"),
        CheckConstraint("status IN ('off','on','paused','retired')", name="status"),
        CheckConstraint(
            "status <> 'on' OR (published_number IS NOT NULL AND released_by IS NOT NULL)",
            name="released_by_somebody",
        ),
    )


class TouchPlanVersion(OfCompany, Base):
    """What was published once. It stays as it is."""

    __tablename__ = "touch_plan_version"

    plan_id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[dict[str, Any]]
    comment: Mapped[str] = mapped_column(server_default="")
    published_by: Mapped[UUID]
    published_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("touch_plan", "plan_id"),
        CheckConstraint("number > 0", name="number"),
    )
