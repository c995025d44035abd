from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.core.loss_reasons import one_of_reasons
from app.db.base import Base, HasId, Versioned, belongs_to
from app.dispatch.requests.policies import RequestStatus


class ServiceRequest(HasId, Versioned, Base):
    """Somebody asked for something, by any channel."""

    __tablename__ = "service_request"

    channel: Mapped[str]
    """phone, site, email, messenger or manual."""
    external_ref: Mapped[str | None]
    """Id of the request in its channel. The same id again is the same request."""
    contact_name: Mapped[str] = mapped_column(server_default="")
    phone: Mapped[str | None]
    """E.164."""
    email: Mapped[str | None]
    address: Mapped[str] = mapped_column(server_default="")
    comment: Mapped[str] = mapped_column(server_default="")
    status: Mapped[str] = mapped_column(server_default=RequestStatus.NEW)
    received_at: Mapped[datetime]
    respond_by: Mapped[datetime | None]
    """When it should have its first response. Null: it came in before this was kept, or by an import."""
    responded_at: Mapped[datetime | None]
    loss_reason: Mapped[str | None]
    """Why whoever asked does not buy. Null also for what was closed with an answer."""
    reason: Mapped[str] = mapped_column(server_default="")
    """Why it was closed, in words. Empty while it is open."""
    closed_at: Mapped[datetime | None]
    """When it was closed, or was found to be a duplicate or spam."""
    client_id: Mapped[UUID | None]
    job_id: Mapped[UUID | None]

    __table_args__ = (
        belongs_to("client"),
        belongs_to("job"),
        UniqueConstraint("company_id", "channel", "external_ref"),
        Index("ix_service_request__client", "company_id", "client_id"),
        Index(
            "ix_service_request__waiting",
            "company_id",
            "respond_by",
            postgresql_where=text("status = 'new'"),
        ),
        Index("ix_service_request__status", "company_id", "status", "received_at"),
        CheckConstraint(
            "status IN ('new','responded','converted','closed','duplicate','spam')", name="status"
        ),
        CheckConstraint("(status = 'converted') = (job_id IS NOT NULL)", name="converted_has_job"),
        CheckConstraint(f"loss_reason IN ({one_of_reasons()})", name="loss_reason"),
        CheckConstraint("loss_reason IS NULL OR status = 'closed'", name="lost_is_closed"),
        CheckConstraint("channel IN ('phone','site','email','messenger','manual')", name="channel"),
    )
