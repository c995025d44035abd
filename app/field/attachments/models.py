from datetime import datetime
from uuid import UUID

from geoalchemy2 import Geography, WKBElement, WKTElement
from sqlalchemy import CheckConstraint, Index, false, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, belongs_to
from app.db.wake import swept_by


class Attachment(HasId, Base):
    """A photo or signature of a job. First declared (hash, size, type), then uploaded and checked."""

    __tablename__ = "attachment"

    job_id: Mapped[UUID]
    visit_id: Mapped[UUID]
    purpose: Mapped[str]
    """photo, photo_act, signature, measurement, sketch or chat."""
    caption: Mapped[str] = mapped_column(server_default="")
    content_type: Mapped[str]
    size: Mapped[int]
    """Bytes."""
    sha256: Mapped[bytes]
    ink_sha256: Mapped[bytes | None]
    """Of what a signature shows, see `documents.hash_ink`. Null until it is stored, and where it came before drawings
    were compared."""
    width_px: Mapped[int | None]
    height_px: Mapped[int | None]
    taken_at: Mapped[datetime | None]
    """By the camera's clock (EXIF), if the photo says so."""
    has_taken_zone: Mapped[bool | None]
    """Whether the camera told its time zone. False: it was taken to be the company's."""
    taken_point: Mapped[WKBElement | WKTElement | None] = mapped_column(
        Geography("POINT", srid=4326, spatial_index=False)
    )
    """Where the camera says it was, if its author might be tracked then. It can be forgotten, and never changed."""
    taken_altitude_m: Mapped[float | None]
    holds_place: Mapped[bool] = mapped_column(server_default=false())
    """Whether the stored file says where it was taken."""
    kept_sha256: Mapped[bytes | None]
    """Of the file that is kept without its place. Null: what is kept is what was declared."""
    camera_make: Mapped[str | None]
    camera_model: Mapped[str | None]
    author_id: Mapped[UUID]
    declared_at: Mapped[datetime] = mapped_column(server_default=func.now())
    captured_at: Mapped[datetime | None]
    """When the signature was drawn or the photo taken: the phone's time, corrected by ours. Null: not known."""
    stored_at: Mapped[datetime | None]
    """Null until the declared bytes are stored."""
    expires_at: Mapped[datetime | None]
    """When the sweep must look at an upload that has not come. Null once the file is stored."""
    is_abandoned: Mapped[bool] = mapped_column(server_default="false")
    """The upload did not come in time and is being removed. The phone can no longer send it."""

    __table_args__ = (
        belongs_to("job"),
        belongs_to("visit"),
        Index("ix_attachment__visit", "company_id", "visit_id"),
        Index(
            "ix_attachment__place",
            "company_id",
            "author_id",
            "declared_at",
            postgresql_where=text("holds_place"),
        ),
        Index("ix_attachment__job", "company_id", "job_id"),
        Index("ix_attachment__declared", "company_id", "declared_at", postgresql_include=["size"]),
        Index(
            "ix_attachment__expires",
            "company_id",
            "expires_at",
            postgresql_where=text("expires_at IS NOT NULL"),
        ),
        CheckConstraint(
            "purpose IN ('photo','photo_act','signature','measurement','sketch','chat')", name="purpose"
        ),
        swept_by("upload", due="expires_at"),
    )
