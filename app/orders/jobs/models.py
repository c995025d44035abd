from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, Versioned, belongs_to
from app.orders.jobs.policies import JobStatus, OrderStatus


class JobType(HasId, Versioned, Base):
    """How a company does one kind of job: duration, skills, the acceptance ladder, the checklist."""

    __tablename__ = "job_type"

    code: Mapped[str]
    kind: Mapped[str]
    name: Mapped[str]
    duration_min: Mapped[int]
    required_skills: Mapped[list[str]]
    accept_within_s: Mapped[int] = mapped_column(server_default="900")
    ladder: Mapped[list[dict[str, Any]]]
    """Steps of escalation: `[{"at": 0.5, "action": "remind_worker"}, …]`, `at` in acceptance windows
    since the first offer. See `visits.policies`."""
    checklist: Mapped[list[dict[str, Any]]]
    """The company's form: `[{"code": "level", "title": "По уровню", "kind": "yes_no", "required": true}, …]`."""
    proofs: Mapped[dict[str, Any]]
    """What must be there to complete: `{"photos": 2, "checklist": true, "act": true}`."""
    is_active: Mapped[bool] = mapped_column(server_default="true")

    __table_args__ = (
        UniqueConstraint("company_id", "code"),
        CheckConstraint("duration_min > 0", name="duration"),
        CheckConstraint("kind IN ('measurement','installation','service','delivery','claim')", name="kind"),
    )


class ClientOrder(HasId, Versioned, Base):
    """What a client buys, from the first call to the handed-over windows: its jobs share it."""

    __tablename__ = "client_order"

    number: Mapped[int]
    client_id: Mapped[UUID]
    site_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(server_default=OrderStatus.NEW)
    prepaid_kop: Mapped[int] = mapped_column(BigInteger, server_default="0")
    canceled_reason: Mapped[str | None]

    __table_args__ = (
        belongs_to("client"),
        belongs_to("site"),
        UniqueConstraint("company_id", "number"),
        Index("ix_client_order__client", "company_id", "client_id"),
        CheckConstraint(
            "status IN ('new','measured','prepaid','in_production','ready','installation_planned','installed',"
            "'handed_over','canceled')",
            name="status",
        ),
        CheckConstraint("(status = 'canceled') = (canceled_reason IS NOT NULL)", name="canceled_has_reason"),
    )


class Job(HasId, Versioned, Base):
    """What is to be done at a site. When and by whom is a visit; a job can need several."""

    __tablename__ = "job"

    number: Mapped[int]
    kind: Mapped[str]
    job_type_id: Mapped[UUID]
    order_id: Mapped[UUID]
    client_id: Mapped[UUID]
    site_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(server_default=JobStatus.NEW)
    priority: Mapped[str] = mapped_column(server_default="normal")
    """low, normal, high or urgent."""
    required_skills: Mapped[list[str]]
    instructions: Mapped[str] = mapped_column(server_default="")
    canceled_reason: Mapped[str | None]

    __table_args__ = (
        belongs_to("job_type"),
        belongs_to("client_order", "order_id"),
        belongs_to("client"),
        belongs_to("site"),
        UniqueConstraint("company_id", "number"),
        Index("ix_job__order", "company_id", "order_id"),
        Index("ix_job__client", "company_id", "client_id"),
        CheckConstraint(
            "status IN ('new','planned','in_progress','completed','closed','canceled')", name="status"
        ),
        CheckConstraint("(status = 'canceled') = (canceled_reason IS NOT NULL)", name="canceled_has_reason"),
        CheckConstraint("priority IN ('low','normal','high','urgent')", name="priority"),
    )


class MeasurementVersion(HasId, Base):
    """What dispatch knows of a measurement sheet the field has sent: enough to order production by it."""

    __tablename__ = "measurement_version"

    job_id: Mapped[UUID]
    version: Mapped[int]
    content_hash: Mapped[bytes]
    openings: Mapped[int]
    received_at: Mapped[datetime]

    __table_args__ = (belongs_to("job"), UniqueConstraint("company_id", "job_id", "version"))
