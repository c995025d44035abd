from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, belongs_to
from app.db.wake import swept_by

SWEEP = "plan_dry_run"


class PlanDryRun(HasId, Base):
    """What the draft of a plan would do, counted in the background. Nobody comes into the plan by it."""

    __tablename__ = "plan_dry_run"

    plan_id: Mapped[UUID]
    content: Mapped[dict[str, Any]]
    """The draft as it was when somebody asked."""
    segment_kop: Mapped[int]
    """Price of one part of an SMS."""
    asked_by: Mapped[UUID]
    asked_at: Mapped[datetime]
    """It is counted as of this moment."""
    after: Mapped[UUID | None]
    """The last client that was looked at."""
    looked_at: Mapped[int] = mapped_column(server_default="0")
    """So many clients."""
    enrolled: Mapped[int] = mapped_column(server_default="0")
    control: Mapped[int] = mapped_column(server_default="0")
    """Of them so many would get nothing."""
    steps: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    """By step: see `policies.StepTally`."""
    go_on_at: Mapped[datetime | None]
    """When the background process must go on. Null: done."""

    __table_args__ = (
        belongs_to("touch_plan", "plan_id"),
        Index(
            "ix_plan_dry_run__go_on", "company_id", "go_on_at", postgresql_where=text("go_on_at IS NOT NULL")
        ),
        Index(
            "ix_plan_dry_run__go_on_due",
            "go_on_at",
            "company_id",
            postgresql_where=text("go_on_at IS NOT NULL"),
        ),
        swept_by(SWEEP, due="go_on_at"),
    )
