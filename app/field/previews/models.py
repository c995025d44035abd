from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, OfCompany, belongs_to
from app.db.wake import swept_by


class Preview(OfCompany, Base):
    """A smaller copy of a photo, as JPEG, upright and without what the camera wrote. It can be made again."""

    __tablename__ = "preview"

    attachment_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    """small, large, or full: the whole picture of a type that browsers do not show."""
    width_px: Mapped[int]
    height_px: Mapped[int]
    size: Mapped[int]
    """Bytes."""
    sha256: Mapped[bytes]
    made_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (
        belongs_to("attachment"),
        CheckConstraint("kind IN ('small','large','full')", name="kind"),
    )


class PreviewMaking(OfCompany, Base):
    """Whether the copies of a photo are still to be made."""

    __tablename__ = "preview_making"

    attachment_id: Mapped[UUID] = mapped_column(primary_key=True)
    make_at: Mapped[datetime | None]
    """When the background process makes them, or tries again. Null: they are made, or cannot be."""
    tries: Mapped[int] = mapped_column(server_default="0")
    """How often the decoder has begun."""
    failure: Mapped[str | None]
    """Why they cannot be made: undecodable, too_large or gave_up."""

    __table_args__ = (
        belongs_to("attachment"),
        Index(
            "ix_preview_making__make", "company_id", "make_at", postgresql_where=text("make_at IS NOT NULL")
        ),
        Index(
            "ix_preview_making__make_due",
            "make_at",
            "company_id",
            postgresql_where=text("make_at IS NOT NULL"),
        ),
        swept_by("preview", due="make_at"),
    )
