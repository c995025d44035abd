from datetime import date, datetime
from typing import Any
from uuid import UUID

from geoalchemy2 import Geography, WKBElement, WKTElement
from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Computed,
    DateTime,
    ForeignKeyConstraint,
    Index,
    and_,
    false,
    func,
    text,
    true,
)
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship, remote

from app.core.folding import folded_sql
from app.core.phones import with_extension
from app.db.base import Base, HasId, Versioned, belongs_to
from app.db.card_changes import Recorded
from app.db.wake import swept_by


def _is_merged_into_it() -> ColumnElement[bool]:
    return and_(
        remote(foreign(Client.company_id)) == Client.company_id,
        remote(foreign(Client.merged_into)) == Client.id,
    )


class Client(HasId, Versioned, Base):
    """A person or an organisation."""

    __tablename__ = "client"
    __recorded__ = Recorded("client", frozenset({"folded_name"}))

    kind: Mapped[str] = mapped_column(server_default="person")
    """person or organisation."""
    name: Mapped[str]
    """First name and patronymic of a person, name of an organisation."""
    surname: Mapped[str] = mapped_column(server_default="")
    inn: Mapped[str] = mapped_column(server_default="")
    born_on: Mapped[date | None]
    """With the year. `birthday` is then its month and day."""
    birthday: Mapped[str | None]
    """Month and day, 04-12. Known of many whose year is not."""
    is_buyer: Mapped[bool] = mapped_column(server_default=true())
    is_supplier: Mapped[bool] = mapped_column(server_default=false())
    is_consumer: Mapped[bool] = mapped_column(server_default=false())
    """Uses the services of the company without buying goods. One card can be all three."""
    lang: Mapped[str] = mapped_column(server_default="ru")
    source: Mapped[str] = mapped_column(server_default="")
    comment: Mapped[str] = mapped_column(server_default="")
    archived_at: Mapped[datetime | None]
    """Since when it is kept out of lists and takes no new jobs. Nothing is deleted."""
    merged_into: Mapped[UUID | None]
    """The card of the same client that everybody works with. It is never one that is merged itself."""
    folded_name: Mapped[str] = mapped_column(
        "full_name",
        Computed(folded_sql("surname || ' ' || name"), persisted=True),
        deferred=True,
        deferred_raiseload=True,
    )
    """For search only, as `fold` makes it. PostgreSQL would not use an index over an expression under row-level
    security."""

    contacts: Mapped[list["ClientContact"]] = relationship(lazy="raise", cascade="all, delete-orphan")
    merged: Mapped[list["Client"]] = relationship(
        lazy="raise", viewonly=True, primaryjoin=_is_merged_into_it, order_by="Client.id"
    )
    """The cards that are merged into this one."""

    __table_args__ = (
        CheckConstraint("kind IN ('person','organisation')", name="kind"),
        CheckConstraint("merged_into <> id", name="merged_into"),
        CheckConstraint("is_buyer OR is_supplier OR is_consumer", name="counterparty"),
        CheckConstraint("birthday ~ '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$'", name="birthday"),
        Index("ix_client__birthday", "company_id", "birthday", postgresql_where=text("birthday IS NOT NULL")),
        Index("ix_client__supplier", "company_id", "id", postgresql_where=text("is_supplier")),
        ForeignKeyConstraint(["company_id", "merged_into"], ["client.company_id", "client.id"]),
        Index(
            "ix_client__merged_into",
            "company_id",
            "merged_into",
            postgresql_where=text("merged_into IS NOT NULL"),
        ),
        Index(
            "ix_client__full_name",
            "company_id",
            "full_name",
            postgresql_using="gist",
            postgresql_ops={"full_name": "gist_trgm_ops"},
        ),
        Index("ix_client__inn", "company_id", "inn", postgresql_where=text("inn <> ''")),
    )


class ClientContact(HasId, Base):
    """A phone or e-mail of a client. Several clients can use one phone, such as a couple: then it is `is_shared`."""

    __tablename__ = "client_contact"

    client_id: Mapped[UUID]
    kind: Mapped[str]
    """phone or email."""
    value: Mapped[str]
    """E.164 or lower-case e-mail."""
    extension: Mapped[str] = mapped_column(server_default="")
    """Digits to dial when an office has answered. Empty if there are none."""
    tail: Mapped[str] = mapped_column(
        Computed('"right"(value, 4)', persisted=True), deferred=True, deferred_raiseload=True
    )
    """The last four characters. People remember a phone by them."""
    is_primary: Mapped[bool] = mapped_column(server_default="false")
    """The contact to call or write to. At most one of each kind."""
    is_shared: Mapped[bool] = mapped_column(server_default="false")
    is_for_sms: Mapped[bool] = mapped_column(server_default="false")
    """Somebody said that messages go here, whatever kind of number it is."""
    confirmed_at: Mapped[datetime] = mapped_column(server_default=func.now())
    """When somebody made sure that it leads to the client. At first: when it came to the card."""

    @property
    def written(self) -> str:
        """The value with its extension: `+74951234567;ext=105`."""
        return with_extension(self.value, self.extension)

    __table_args__ = (
        belongs_to("client"),
        CheckConstraint("kind IN ('phone','email')", name="kind"),
        Index(
            "uq_client_contact__value",
            "company_id",
            "kind",
            "value",
            "extension",
            unique=True,
            postgresql_where=text("NOT is_shared"),
        ),
        Index("ix_client_contact__client", "company_id", "client_id"),
        Index("ix_client_contact__confirmed", "company_id", "confirmed_at", "id"),
        Index("ix_client_contact__value", "company_id", "value"),
        Index("ix_client_contact__tail", "company_id", "kind", "tail"),
    )


class Site(HasId, Versioned, Base):
    """A place where windows and doors are: the address, how to get in, and its point."""

    __tablename__ = "site"
    __recorded__ = Recorded("site", frozenset({"zone_due_at", "folded_address"}))

    client_id: Mapped[UUID]
    address: Mapped[str]
    entrance: Mapped[str] = mapped_column(server_default="")
    floor: Mapped[str] = mapped_column(server_default="")
    apartment: Mapped[str] = mapped_column(server_default="")
    intercom: Mapped[str] = mapped_column(server_default="")
    access_notes: Mapped[str] = mapped_column(server_default="")
    archived_at: Mapped[datetime | None]
    """Since when it is kept out of lists and takes no new jobs. Nothing is deleted."""
    point: Mapped[WKBElement | WKTElement] = mapped_column(Geography("POINT", srid=4326, spatial_index=False))
    timezone: Mapped[str | None]
    """IANA name of the zone at `point`. Null where none is known: the company's zone counts there."""
    zone_due_at: Mapped[datetime | None] = mapped_column(
        DateTime(timezone=True).evaluates_none(), server_default=func.now()
    )
    """When the sweep must find `timezone`. Null once somebody has looked. Whoever writes a site looks himself;
    the default is for rows of processes that do not know the column."""
    folded_address: Mapped[str] = mapped_column(
        Computed(folded_sql("address"), persisted=True), deferred=True, deferred_raiseload=True
    )
    """For search only, as `folded_name` of a client."""

    __table_args__ = (
        belongs_to("client"),
        Index("ix_site__client", "company_id", "client_id"),
        Index(
            "ix_site__folded_address",
            "company_id",
            "folded_address",
            postgresql_using="gist",
            postgresql_ops={"folded_address": "gist_trgm_ops"},
        ),
        Index("ix_site__point", "company_id", "point", postgresql_using="gist"),
        Index("ix_site__zone", "company_id", "zone_due_at", postgresql_where=text("zone_due_at IS NOT NULL")),
        Index(
            "ix_site__zone_due", "zone_due_at", "company_id", postgresql_where=text("zone_due_at IS NOT NULL")
        ),
        swept_by("site_zone", due="zone_due_at"),
    )


class ClientMerge(HasId, Base):
    """Two cards were found to be of one client. Undone: they are not."""

    __tablename__ = "client_merge"

    survivor_id: Mapped[UUID]
    merged_id: Mapped[UUID]
    reason: Mapped[str]
    merged_by: Mapped[UUID]
    merged_at: Mapped[datetime]
    snapshot: Mapped[dict[str, Any]]
    """Both cards as they were before, with their contacts."""
    moved: Mapped[dict[str, Any]]
    """Ids of what the survivor got: `{"contacts": […], "sites": […], "cards": […]}`."""
    undo_until: Mapped[datetime]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[UUID | None]
    undo_reason: Mapped[str | None]
    undo_conflicts: Mapped[list[dict[str, Any]] | None]
    """What could not be as it was: see `merging.policies.Conflict`."""

    __table_args__ = (
        belongs_to("client", "survivor_id"),
        belongs_to("client", "merged_id"),
        Index("ix_client_merge__survivor", "company_id", "survivor_id"),
        Index(
            "uq_client_merge__merged",
            "company_id",
            "merged_id",
            unique=True,
            postgresql_where=text("undone_at IS NULL"),
        ),
    )
