from datetime import datetime
from uuid import UUID

from sqlalchemy import Index, func, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, OfCompany, belongs_to
from app.db.wake import swept_by


class Upload(OfCompany, Base):
    """How far a declared file has come in chunks. The row is removed when the file is stored."""

    __tablename__ = "upload"

    attachment_id: Mapped[UUID] = mapped_column(primary_key=True)
    received: Mapped[int] = mapped_column(server_default="0")
    """Bytes from the beginning that are safe: the offset of the next chunk."""
    part_count: Mapped[int] = mapped_column(server_default="0")
    finish_at: Mapped[datetime | None]
    """When the background process puts the parts together, if nobody has. Null until all bytes are here."""

    __table_args__ = (
        belongs_to("attachment"),
        Index("ix_upload__finish", "company_id", "finish_at", postgresql_where=text("finish_at IS NOT NULL")),
        Index(
            "ix_upload__finish_due", "finish_at", "company_id", postgresql_where=text("finish_at IS NOT NULL")
        ),
        swept_by("upload_finish", due="finish_at"),
    )


class UploadPart(OfCompany, Base):
    """Some bytes of a file, stored as an object of their own. Together the parts of an upload have no gap."""

    __tablename__ = "upload_part"

    attachment_id: Mapped[UUID] = mapped_column(primary_key=True)
    start: Mapped[int] = mapped_column(primary_key=True)
    """Position of its first byte in the file."""
    size: Mapped[int]
    """Bytes."""
    part_id: Mapped[UUID]
    """Part of its key in the file store. No two requests share one, so none writes over what another has sent."""
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (belongs_to("attachment"),)


class StrayCheck(OfCompany, Base):
    """When to look next for objects in the file store that no row of this company knows."""

    __tablename__ = "stray_check"

    check_at: Mapped[datetime]

    __table_args__ = (
        Index("ix_stray_check__due", "check_at", "company_id"),
        swept_by("stray_files", due="check_at"),
    )
