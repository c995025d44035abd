from datetime import date
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.crm.tracks.policies import Source
from app.db.base import Base, OfCompany, belongs_to


class NeedTrack(OfCompany, Base):
    """What a client will need next at a site, and when. It follows from facts: see `tracks.policies`."""

    __tablename__ = "need_track"

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    site_id: Mapped[UUID] = mapped_column(primary_key=True)
    category: Mapped[str] = mapped_column(primary_key=True)
    anchor_on: Mapped[date]
    """The last purchase of it, or what spawned it."""
    due_on: Mapped[date]
    due_source: Mapped[str]

    __table_args__ = (
        belongs_to("client"),
        Index("ix_need_track__due", "company_id", "due_on", "category"),
        CheckConstraint(
            f"due_source IN ({','.join(repr(str(source)) for source in Source)})", name="due_source"
        ),
    )
