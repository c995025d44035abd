from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, belongs_to


class TargetPlace(HasId, Base):
    """Where a company looks for clients: a building, an entrance or a developer. It holds nothing of any person."""

    __tablename__ = "target_place"

    kind: Mapped[str]
    """building, entrance or developer."""
    address: Mapped[str] = mapped_column(server_default="")
    entrance: Mapped[str] = mapped_column(server_default="")
    developer: Mapped[str] = mapped_column(server_default="")
    portrait_id: Mapped[UUID | None]
    """Whom one can expect there."""
    comment: Mapped[str] = mapped_column(server_default="")
    status: Mapped[str] = mapped_column(server_default="new")
    """new, in_work, done or dropped."""
    added_by: Mapped[UUID]
    changed_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("portrait"),
        CheckConstraint("kind IN ('building','entrance','developer')", name="kind"),
        CheckConstraint("status IN ('new','in_work','done','dropped')", name="status"),
        CheckConstraint("(kind = 'developer') = (address = '')", name="address"),
        CheckConstraint("kind <> 'developer' OR developer <> ''", name="developer"),
        CheckConstraint("(kind = 'entrance') = (entrance <> '')", name="entrance"),
        Index(
            "uq_target_place__place", "company_id", "kind", "address", "entrance", "developer", unique=True
        ),
    )
