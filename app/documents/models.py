from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, Versioned, belongs_to
from app.db.wake import swept_by


class WorkItem(HasId, Versioned, Base):
    """A line of the company's price list: what stands on acts and what the crew earns for it."""

    __tablename__ = "work_item"

    code: Mapped[str]
    name_ru: Mapped[str]
    name_en: Mapped[str]
    unit: Mapped[str]
    """Key of `[unit]` in the texts."""
    price_kop: Mapped[int] = mapped_column(BigInteger)
    reward_kop: Mapped[int] = mapped_column(BigInteger)
    """Paid to the crew per unit, divided by the members' shares."""
    warranty_months: Mapped[int]
    is_active: Mapped[bool] = mapped_column(server_default="true")

    __table_args__ = (
        UniqueConstraint("company_id", "code"),
        CheckConstraint("price_kop >= 0 AND reward_kop >= 0 AND warranty_months >= 0", name="not_negative"),
    )


class ActStatus(StrEnum):
    PRESENTED = "presented"
    """Shown to the client, who has not decided yet. At most one such act per visit."""
    SIGNED = "signed"
    REFUSED = "refused"
    VOIDED = "voided"
    """Drawn up anew before anybody signed. It keeps its number, so that numbers have no gaps."""


class Act(HasId, Base):
    """Act of completed works.

    `content` is what was shown to the client. The application's role may not update it, nor its
    hash, number, code or total: see the grants in the migration.
    """

    __tablename__ = "act"

    number: Mapped[int]
    order_id: Mapped[UUID]
    job_id: Mapped[UUID]
    visit_id: Mapped[UUID]
    client_id: Mapped[UUID]
    site_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(server_default=ActStatus.PRESENTED)
    presented_at: Mapped[datetime]
    total_kop: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[dict[str, Any]]
    """Canonical, see `documents.acts.content.ActContent`."""
    content_hash: Mapped[bytes]
    """SHA-256 of the canonical JSON of `content`."""
    rates: Mapped[list[dict[str, Any]]]
    """What the crew earns by line, as of the price list when the act was drawn up. Not shown to the client."""
    check_code: Mapped[str]
    """Opens the public check page."""
    signature: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Who signed, when, on what device, the hash of the drawing and of the content it was put under:
    see `documents.acts.content.Signature`."""
    signature_hash: Mapped[bytes | None]
    """SHA-256 of the canonical JSON of `signature`."""
    signature_key: Mapped[str | None]
    """The drawing in the file store."""
    signed_at: Mapped[datetime | None]
    refused_at: Mapped[datetime | None]
    refusal_reason: Mapped[str | None]
    render_at: Mapped[datetime | None]
    """When the background process must (again) make the PDFs; null when they are there or not wanted."""
    render_tries: Mapped[int] = mapped_column(server_default="0")
    pdf_ru_key: Mapped[str | None]
    pdf_ru_sha256: Mapped[bytes | None]
    pdf_en_key: Mapped[str | None]
    pdf_en_sha256: Mapped[bytes | None]

    __table_args__ = (
        UniqueConstraint("company_id", "number"),
        UniqueConstraint("company_id", "check_code"),
        Index("ix_act__check_code", "check_code"),
        Index("ix_act__visit", "company_id", "visit_id"),
        Index("ix_act__order", "company_id", "order_id"),
        Index(
            "uq_act__open",
            "company_id",
            "visit_id",
            unique=True,
            postgresql_where=text("status IN ('presented','signed')"),
        ),
        Index("ix_act__render", "company_id", "render_at", postgresql_where=text("render_at IS NOT NULL")),
        CheckConstraint("status IN ('presented','signed','refused','voided')", name="status"),
        CheckConstraint(
            "(status = 'signed') = (signed_at IS NOT NULL)"
            " AND (status = 'signed') = (signature IS NOT NULL)"
            " AND (status = 'signed') = (signature_hash IS NOT NULL)",
            name="signature",
        ),
        swept_by("act_pdf", due="render_at"),
    )


class Passport(HasId, Base):
    """Electronic passport of one installed product, opened by the code on its tag."""

    __tablename__ = "passport"

    tag_code: Mapped[str]
    act_id: Mapped[UUID]
    position: Mapped[int]
    """Of the product on the act, from 1."""
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
    )


class Reward(HasId, Base):
    """What one member earned for one line of one act. Never changed."""

    __tablename__ = "reward"

    act_id: Mapped[UUID]
    line: Mapped[int]
    """Position of the line on the act, from 1."""
    worker_id: Mapped[UUID]
    work_code: Mapped[str]
    work_item_version: Mapped[int]
    quantity: Mapped[int]
    rate_kop: Mapped[int] = mapped_column(BigInteger)
    share: Mapped[int]
    shares_total: Mapped[int]
    amount_kop: Mapped[int] = mapped_column(BigInteger)
    earned_on: Mapped[date]
    """The day the act was signed, by the company's calendar."""

    __table_args__ = (
        belongs_to("act"),
        UniqueConstraint("company_id", "act_id", "line", "worker_id"),
        Index("ix_reward__worker", "company_id", "worker_id", "earned_on"),
        CheckConstraint("amount_kop >= 0", name="not_negative"),
    )
