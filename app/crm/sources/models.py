from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text, true
from sqlalchemy.orm import Mapped, mapped_column

from app.crm.sources.policies import SourceKind
from app.db.base import Base, HasId, Versioned, belongs_to
from app.db.card_changes import Recorded


class ClientSource(HasId, Versioned, Base):
    """Where clients come from: an advertisement, a partner, or a person who recommends the company."""

    __tablename__ = "client_source"
    __recorded__ = Recorded("client_source")

    name: Mapped[str]
    """As the source of a card is written."""
    kind: Mapped[str]
    trust: Mapped[int]
    """1 to 5: how much people believe it."""
    client_id: Mapped[UUID | None]
    """The client who recommends."""
    worker_id: Mapped[UUID | None]
    """The colleague who recommends."""
    is_active: Mapped[bool] = mapped_column(server_default=true())

    __table_args__ = (
        belongs_to("client"),
        belongs_to("worker"),
        UniqueConstraint("company_id", "name"),
        UniqueConstraint("company_id", "client_id"),
        UniqueConstraint("company_id", "worker_id"),
        CheckConstraint(f"kind IN ({','.join(repr(str(kind)) for kind in SourceKind)})", name="kind"),
        CheckConstraint("trust BETWEEN 1 AND 5", name="trust"),
        CheckConstraint(
            "(kind = 'recommendation') = (client_id IS NOT NULL) AND (kind = 'colleague') = (worker_id IS NOT NULL)",
            name="person",
        ),
    )


class SourceTouch(HasId, Base):
    """A source has brought a client, or has brought him again. Rows are only ever added."""

    __tablename__ = "source_touch"

    client_id: Mapped[UUID]
    source_id: Mapped[UUID]
    request_id: Mapped[UUID | None]
    """With what he came. Null: he only said that he knows us from there."""
    is_first: Mapped[bool]
    """His first touch with a request: this is his source, and stays it."""
    at: Mapped[datetime]
    note: Mapped[str]
    noted_by: Mapped[UUID]

    __table_args__ = (
        belongs_to("client"),
        belongs_to("client_source", "source_id"),
        belongs_to("service_request", "request_id"),
        CheckConstraint("NOT is_first OR request_id IS NOT NULL", name="first_has_request"),
        UniqueConstraint("company_id", "request_id"),
        Index(
            "ix_source_touch__first",
            "company_id",
            "client_id",
            unique=True,
            postgresql_where=text("is_first"),
        ),
        Index("ix_source_touch__client", "company_id", "client_id", "id"),
        Index("ix_source_touch__source", "company_id", "source_id", postgresql_where=text("is_first")),
    )
