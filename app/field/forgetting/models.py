from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, OfCompany, belongs_to
from app.db.wake import swept_by


class PlaceClearing(OfCompany, Base):
    """The stored file of a photo says where it was taken, and must not. The sweep `place_clearing` puts a copy without
    the place in its stead, and removes the file a minute later: somebody may be reading it."""

    __tablename__ = "place_clearing"

    attachment_id: Mapped[UUID] = mapped_column(primary_key=True)
    clear_at: Mapped[datetime | None]
    """Null: it is done."""

    __table_args__ = (
        belongs_to("attachment"),
        Index(
            "ix_place_clearing__clear",
            "company_id",
            "clear_at",
            postgresql_where=text("clear_at IS NOT NULL"),
        ),
        Index(
            "ix_place_clearing__clear_due",
            "clear_at",
            "company_id",
            postgresql_where=text("clear_at IS NOT NULL"),
        ),
        swept_by("place_clearing", due="clear_at"),
    )
