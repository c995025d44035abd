from geoalchemy2 import Geography, WKBElement, WKTElement
from sqlalchemy import Index
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, Versioned
from app.db.card_changes import Recorded


class Territory(HasId, Versioned, Base):
    """A part of the map that workers are bound to."""

    __tablename__ = "territory"
    __recorded__ = Recorded("territory")

    name: Mapped[str]
    area: Mapped[WKBElement | WKTElement] = mapped_column(
        Geography("POLYGON", srid=4326, spatial_index=False)
    )

    __table_args__ = (Index("ix_territory__area", "company_id", "area", postgresql_using="gist"),)
