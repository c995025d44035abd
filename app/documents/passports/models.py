from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, OfCompany, belongs_to


class Passport(HasId, Base):
    """The electronic passport of one installed product. The code on its tag opens it."""

    __tablename__ = "passport"

    tag_code: Mapped[str]
    act_id: Mapped[UUID]
    """The first it stood on. All of them: `PassportOnAct`."""
    position: Mapped[int]
    """Of the product on that act, from 1."""
    job_id: Mapped[UUID]
    site_id: Mapped[UUID]
    client_id: Mapped[UUID]
    product: Mapped[dict[str, Any]]
    """Name, kind, opening label, serial, manufacturer, profile, glass, hardware."""
    measurements: Mapped[dict[str, Any]]
    """The opening as it was measured; empty when the product was not measured by us."""
    installed_on: Mapped[date]
    warranty_until: Mapped[date | None]
    """The last day of the warranty."""
    history: Mapped[list[dict[str, Any]]]
    """Dated facts without personal data: `[{"on": "2026-03-02", "kind": "installed"}, …]`."""

    __table_args__ = (
        belongs_to("act"),
        UniqueConstraint("company_id", "tag_code"),
        UniqueConstraint("company_id", "act_id", "position"),
        Index("ix_passport__tag_code", "tag_code"),
        Index("ix_passport__site", "company_id", "site_id"),
        Index("ix_passport__client", "company_id", "client_id"),
    )


class PassportOnAct(OfCompany, Base):
    """Which passport a product of a signed act has. A product that stands on two acts of a site has one."""

    __tablename__ = "passport_on_act"

    act_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    """Of the product on the act, from 1."""
    passport_id: Mapped[UUID]

    __table_args__ = (
        belongs_to("act"),
        belongs_to("passport"),
        Index("ix_passport_on_act__passport", "company_id", "passport_id"),
    )


class Tag(Base):
    """A code that some company's tag has. The unique constraint of passports covers one company only.

    The application may add codes but not read them: whoever knows a code sees the passport.
    """

    __tablename__ = "tag"

    code: Mapped[str] = mapped_column(primary_key=True)
