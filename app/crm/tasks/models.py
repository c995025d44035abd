from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.ids import uuid7
from app.crm.loss_reasons.values import one_of_reasons
from app.crm.tasks.policies import TaskStatus
from app.db.base import Base, HasId, OfCompany, belongs_to
from app.db.wake import swept_by


class Task(HasId, Base):
    """A person must act towards a client: call him, write to him, speak to him."""

    __tablename__ = "client_task"

    client_id: Mapped[UUID]
    kind: Mapped[str]
    """A `TaskKind`, which is also the key of its sentence in `[tasks]`."""
    params: Mapped[dict[str, Any]]
    """Fill the sentence."""
    channel: Mapped[str]
    """call, message, letter or talk. A message is written by a person, in a messenger or a social network."""
    note: Mapped[str] = mapped_column(server_default="")
    """What whoever opened it wants to be said."""
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID]
    """What it is about: a call, a touch of a plan, or itself."""
    occurrence: Mapped[str] = mapped_column(server_default="")
    status: Mapped[str] = mapped_column(server_default=TaskStatus.OPEN)
    responsible_id: Mapped[UUID | None]
    deputy_id: Mapped[UUID | None]
    step: Mapped[int]
    holder_id: Mapped[UUID | None]
    """Who has it now. Null: the supervisors. See `policies.Seat` for these and the two times."""
    overdue_at: Mapped[datetime | None]
    look_at: Mapped[datetime | None]
    due_at: Mapped[datetime]
    patience: Mapped[timedelta]
    taken_by: Mapped[UUID | None]
    """Who is at it at this moment. Nobody else can take it."""
    tries: Mapped[int] = mapped_column(server_default="0")
    """How often the client has not answered."""
    outcome: Mapped[str | None]
    """The last one."""
    reason: Mapped[str] = mapped_column(server_default="")
    loss_reason: Mapped[str | None]
    """Of a refusal: a `LossReason`."""
    agreed_on: Mapped[date | None]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[UUID | None]
    opened_by: Mapped[UUID | None]
    """Null: the product."""

    __table_args__ = (
        belongs_to("client"),
        UniqueConstraint("company_id", "kind", "subject_id", "occurrence"),
        CheckConstraint("status IN ('open','closed','dropped')", name="status"),
        CheckConstraint(f"loss_reason IN ({one_of_reasons()})", name="loss_reason"),
        CheckConstraint("channel IN ('call','message','letter','talk')", name="channel"),
        CheckConstraint("(status = 'open') = (closed_at IS NULL)", name="closed_at"),
        CheckConstraint("status = 'open' OR look_at IS NULL", name="closed_rests"),
        Index("ix_client_task__client", "company_id", "client_id", "id"),
        Index(
            "ix_client_task__holder",
            "company_id",
            "holder_id",
            "due_at",
            postgresql_where=text("status = 'open'"),
        ),
        Index("ix_client_task__subject", "company_id", "subject_id"),
        Index("ix_client_task__look", "company_id", "look_at", postgresql_where=text("look_at IS NOT NULL")),
        Index(
            "ix_client_task__look_due", "look_at", "company_id", postgresql_where=text("look_at IS NOT NULL")
        ),
        swept_by("task", due="look_at"),
    )


class TaskEvent(OfCompany, Base):
    """A line of a task's history. Never changed."""

    __tablename__ = "client_task_event"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    task_id: Mapped[UUID]
    kind: Mapped[str]
    """opened, taken, tried, passed_on, handed_over, closed or dropped."""
    at: Mapped[datetime]
    actor_id: Mapped[UUID | None]
    """Null: the product."""
    detail: Mapped[dict[str, Any]]
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        belongs_to("client_task", "task_id"),
        Index("ix_client_task_event__task", "company_id", "task_id", "id"),
    )
