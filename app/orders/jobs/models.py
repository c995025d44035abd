from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, Versioned, belongs_to
from app.orders.statuses import JobStatus


class Job(HasId, Versioned, Base):
    """What is to be done at a site. Its visits say when and by whom; a job can need several visits."""

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
    done_client_name: Mapped[str | None]
    """The client's name when the visits completed the job. The card may say something else later."""
    done_address: Mapped[str | None]
    """The address then."""

    __table_args__ = (
        belongs_to("job_type"),
        belongs_to("client_order", "order_id"),
        belongs_to("client"),
        belongs_to("site"),
        UniqueConstraint("company_id", "number"),
        Index("ix_job__order", "company_id", "order_id"),
        Index("ix_job__new", "company_id", "id", postgresql_where=text("status = 'new'")),
        Index("ix_job__client", "company_id", "client_id"),
        CheckConstraint(
            "status IN ('new','planned','in_progress','completed','closed','canceled')", name="status"
        ),
        CheckConstraint("(status = 'canceled') = (canceled_reason IS NOT NULL)", name="canceled_has_reason"),
        CheckConstraint("priority IN ('low','normal','high','urgent')", name="priority"),
    )
