from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, OfCompany, belongs_to


class Portrait(HasId, Base):
    """Whom a company wants as clients. What it says stands in its versions."""

    __tablename__ = "portrait"

    name: Mapped[str]
    archived_at: Mapped[datetime | None]


class PortraitVersion(OfCompany, Base):
    """What a portrait said from then on. Rows are only added."""

    __tablename__ = "portrait_version"

    portrait_id: Mapped[UUID] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    """From 1."""
    traits: Mapped[dict[str, Any]]
    """As `values.PortraitTraits`."""
    words: Mapped[str] = mapped_column(server_default="")
    """What cannot be said in closed words."""
    published_by: Mapped[UUID]
    published_at: Mapped[datetime] = mapped_column(server_default=func.now())

    __table_args__ = (belongs_to("portrait"),)


class CardTraits(OfCompany, Base):
    """What is known of a client beside his orders."""

    __tablename__ = "client_traits"

    client_id: Mapped[UUID] = mapped_column(primary_key=True)
    traits: Mapped[dict[str, Any]]
    """As `values.ClientTraits`."""
    noted_by: Mapped[UUID]
    noted_at: Mapped[datetime]

    __table_args__ = (belongs_to("client"),)
