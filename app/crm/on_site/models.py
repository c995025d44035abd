from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped

from app.crm.loss_reasons.values import one_of_reasons
from app.crm.on_site.policies import Reply
from app.db.base import Base, HasId, belongs_to


class NextVisitProposal(HasId, Base):
    """At a visit the client was asked about the next one. Rows are only ever added: what he says later is another."""

    __tablename__ = "next_visit_proposal"

    visit_id: Mapped[UUID]
    """At which he was asked."""
    client_id: Mapped[UUID]
    worker_id: Mapped[UUID | None]
    """Who led this visit."""
    category: Mapped[str]
    reply: Mapped[str]
    on_day: Mapped[date | None]
    """Of the next visit, if he has said it."""
    job_id: Mapped[UUID | None]
    booked_visit_id: Mapped[UUID | None]
    reason: Mapped[str]
    """Why he does not want it."""
    loss_reason: Mapped[str | None]
    """Which of the reasons it is, if somebody says: a `LossReason`."""
    made_by: Mapped[UUID]
    made_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("visit"),
        belongs_to("client"),
        belongs_to("job"),
        belongs_to("visit", "booked_visit_id"),
        CheckConstraint(f"reply IN ({','.join(repr(str(one)) for one in Reply)})", name="reply"),
        CheckConstraint("(reply = 'booked') = (booked_visit_id IS NOT NULL)", name="booked"),
        CheckConstraint("(reply IN ('booked','named')) = (on_day IS NOT NULL)", name="on_day"),
        CheckConstraint("reply <> 'refused' OR reason <> ''", name="refused_for_a_reason"),
        CheckConstraint(f"loss_reason IN ({one_of_reasons()})", name="loss_reason"),
        Index("ix_next_visit_proposal__visit", "company_id", "visit_id", "id"),
        Index("ix_next_visit_proposal__client", "company_id", "client_id", "id"),
    )
