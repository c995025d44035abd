from datetime import datetime
from uuid import UUID

from geoalchemy2 import Geography, WKBElement, WKTElement
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, OfCompany, Versioned, belongs_to
from app.db.card_changes import Recorded


class Worker(HasId, Versioned, Base):
    """A person who goes to clients. The id is that of the user account."""

    __tablename__ = "worker"
    __recorded__ = Recorded("worker", frozenset({"position", "position_at", "position_accuracy_m"}))

    skills: Mapped[list[str]]
    home: Mapped[WKBElement | WKTElement | None] = mapped_column(
        Geography("POINT", srid=4326, spatial_index=False)
    )
    position: Mapped[WKBElement | WKTElement | None] = mapped_column(
        Geography("POINT", srid=4326, spatial_index=False)
    )
    """Last known position of the phone, while on shift."""
    position_at: Mapped[datetime | None]
    position_accuracy_m: Mapped[float | None]
    is_active: Mapped[bool] = mapped_column(server_default="true")
    archived_at: Mapped[datetime | None]
    """Since when it is kept out of lists and takes no new jobs. Nothing is deleted."""

    __table_args__ = (
        belongs_to("user_account", "id"),
        Index("ix_worker__home", "company_id", "home", postgresql_using="gist"),
        Index("ix_worker__position", "company_id", "position", postgresql_using="gist"),
    )


class WorkerTerritory(OfCompany, Base):
    """A territory of a worker. A worker without territories works everywhere."""

    __tablename__ = "worker_territory"

    worker_id: Mapped[UUID] = mapped_column(primary_key=True)
    territory_id: Mapped[UUID] = mapped_column(primary_key=True)

    __table_args__ = (belongs_to("worker"), belongs_to("territory", ondelete="CASCADE"))
