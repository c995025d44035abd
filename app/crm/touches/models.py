from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.crm.touches.values import EnrolmentStatus, TouchStatus
from app.db.base import Base, HasId, belongs_to
from app.db.wake import swept_by

TOUCH_SWEEP = "touch"


class PlanEnrolment(HasId, Base):
    """A client in a plan. He stays with the version with which he came in."""

    __tablename__ = "plan_enrolment"

    plan_id: Mapped[UUID]
    version_number: Mapped[int]
    client_id: Mapped[UUID]
    """The card with which he came in."""
    trigger_key: Mapped[str]
    """What brought him in. Nobody comes into a plan twice by the same."""
    subject_id: Mapped[UUID | None]
    """The request, proposal, job … that brought him in."""
    status: Mapped[str] = mapped_column(server_default=EnrolmentStatus.OPEN)
    end_reason: Mapped[str | None]
    is_control: Mapped[bool] = mapped_column(server_default="false")
    """He gets nothing of it, so that its effect can be measured."""
    client_status: Mapped[str | None]
    """That he had then."""
    site_id: Mapped[UUID | None]
    category: Mapped[str | None]
    due_on: Mapped[date | None]
    """Of the need that brought him in."""
    timezone: Mapped[str]
    event_at: Mapped[datetime]
    started_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    goal_at: Mapped[datetime | None]
    """When what the plan is for had happened."""

    __table_args__ = (
        belongs_to("client"),
        belongs_to("touch_plan", "plan_id"),
        UniqueConstraint(
            "company_id", "plan_id", "client_id", "trigger_key", name="uq_plan_enrolment__trigger"
        ),
        CheckConstraint("status IN ('open','ended')", name="status"),
        CheckConstraint("(status = 'ended') = (ended_at IS NOT NULL)", name="ended"),
        CheckConstraint("(status = 'ended') = (end_reason IS NOT NULL)", name="end_has_reason"),
        CheckConstraint("(due_on IS NULL) = (category IS NULL)", name="need"),
        Index("ix_plan_enrolment__client", "company_id", "client_id", "id"),
        Index("ix_plan_enrolment__plan", "company_id", "plan_id", "started_at"),
    )


class Touch(HasId, Base):
    """One planned contact: a message or a task. It ends sent, done, skipped or failed, and says why."""

    __tablename__ = "touch"

    enrolment_id: Mapped[UUID]
    client_id: Mapped[UUID]
    step: Mapped[str]
    attempt: Mapped[int] = mapped_column(server_default="1")
    """Of a step that repeats: 1, 2, …"""
    status: Mapped[str] = mapped_column(server_default=TouchStatus.PLANNED)
    reason: Mapped[str | None]
    """A `judging.Reason`."""
    detail: Mapped[str] = mapped_column(server_default="")
    """Which condition or stop it was."""
    channel: Mapped[str]
    """sms, email, call, message, letter or talk: the first that is tried."""
    due_at: Mapped[datetime | None]
    """Null: the day from which it is counted is not known yet."""
    look_at: Mapped[datetime | None]
    """When it is looked at next. Null: the sender or a person has it, or it has ended."""
    message_id: Mapped[UUID | None]
    task_id: Mapped[UUID | None]
    outcome: Mapped[str | None]
    """Of the task."""
    ended_at: Mapped[datetime | None]

    __table_args__ = (
        belongs_to("plan_enrolment", "enrolment_id"),
        belongs_to("client"),
        belongs_to("message"),
        belongs_to("client_task", "task_id"),
        UniqueConstraint("company_id", "enrolment_id", "step", "attempt"),
        CheckConstraint(
            "status IN ('planned','queued','open','sent','done','skipped','failed')", name="status"
        ),
        CheckConstraint("status NOT IN ('skipped','failed') OR reason IS NOT NULL", name="has_reason"),
        CheckConstraint("(status IN ('planned','queued','open')) = (ended_at IS NULL)", name="ended"),
        CheckConstraint("status <> 'planned' OR look_at IS NOT NULL", name="planned_is_looked_at"),
        Index("ix_touch__client", "company_id", "client_id", "id"),
        Index(
            "ix_touch__message", "company_id", "message_id", postgresql_where=text("message_id IS NOT NULL")
        ),
        Index("ix_touch__task", "company_id", "task_id", postgresql_where=text("task_id IS NOT NULL")),
        Index("ix_touch__look", "company_id", "look_at", postgresql_where=text("look_at IS NOT NULL")),
        Index("ix_touch__look_due", "look_at", "company_id", postgresql_where=text("look_at IS NOT NULL")),
        swept_by(TOUCH_SWEEP, due="look_at"),
    )
