from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, false, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, belongs_to
from app.dispatch.offers.states import OfferStatus


class Offer(HasId, Base):
    """A visit offered to one worker, who has until `expires_at` to answer. A crew is asked through its foreman."""

    __tablename__ = "offer"

    visit_id: Mapped[UUID]
    worker_id: Mapped[UUID]
    crew_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(server_default=OfferStatus.PENDING)
    offered_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    """While it is pending, the same moment as `visit.accept_by`."""
    answered_at: Mapped[datetime | None]
    decline_reason: Mapped[str | None]
    in_spite_of: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    """Codes of the rules that were overruled when it was made."""
    people: Mapped[int | None]
    """How many were to come. Null: not known, because it was made before this was kept."""
    runs_in_hours: Mapped[bool] = mapped_column(server_default=false())
    """Its time runs only in hours in which people can answer."""

    __table_args__ = (
        belongs_to("visit"),
        belongs_to("worker"),
        Index(
            "uq_offer__open",
            "company_id",
            "visit_id",
            unique=True,
            postgresql_where=text("status IN ('pending','accepted')"),
        ),
        Index("ix_offer__visit", "company_id", "visit_id"),
        CheckConstraint("status IN ('pending','accepted','declined','expired','withdrawn')", name="status"),
    )
