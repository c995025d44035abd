from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId
from app.db.wake import swept_by
from app.documents.content.stored import ActStatus

SWEEP = "act_pdf"
"""Looks after acts whose PDFs are to be made: see `acts.jobs`."""


class Act(HasId, Base):
    """Act of completed works.

    `content` is what was shown to the client. The application's role may not update it, nor its
    hash, number, code or total: see the grants in the migration.
    """

    __tablename__ = "act"

    number: Mapped[int | None]
    """Given by the signature, so that signed acts of a company are 1, 2, 3 … Acts of before, which were numbered
    when they were shown, keep theirs. Once given it never changes: see the trigger `act_numbered`."""
    revision: Mapped[int] = mapped_column(server_default="1")
    """Which showing of its visit this is, from 1. Whoever draws one up has locked the order."""
    order_id: Mapped[UUID]
    job_id: Mapped[UUID]
    visit_id: Mapped[UUID]
    client_id: Mapped[UUID]
    site_id: Mapped[UUID]
    status: Mapped[str] = mapped_column(server_default=ActStatus.PRESENTED)
    presented_at: Mapped[datetime]
    total_kop: Mapped[int] = mapped_column(BigInteger)
    content: Mapped[dict[str, Any]]
    """Canonical, see `documents.content.act.ActContent`."""
    content_hash: Mapped[bytes]
    """SHA-256 of the canonical JSON of `content`."""
    rates: Mapped[list[dict[str, Any]]]
    """What the crew earns by line, as of the price list when the act was drawn up. Not shown to the client."""
    check_code: Mapped[str]
    """Opens the public check page."""
    worker_ids: Mapped[list[UUID] | None]
    """Workers who may see it, when others were at the visit than `content` says. Null: those of `content`."""
    signature: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """Who signed, when, on what device, the hash of the drawing and of the content it was put under:
    see `documents.content.signature.Signature`."""
    signature_hash: Mapped[bytes | None]
    """SHA-256 of the canonical JSON of `signature`."""
    signature_key: Mapped[str | None]
    """The drawing in the file store."""
    drawing_sha256: Mapped[bytes | None]
    """SHA-256 of the drawing. Unique: a picture signs one act. Null where an old act had one that was used before."""
    ink_sha256: Mapped[bytes | None]
    """SHA-256 of what is drawn, see `documents.content.ink.hash_ink`. Unique: a drawing signs one act, also when it
    is saved anew. Null where it came before drawings were compared."""
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
        Index("ix_act__job", "company_id", "job_id"),
        Index("ix_act__order", "company_id", "order_id"),
        Index("ix_act__client", "company_id", "client_id"),
        Index(
            "uq_act__open",
            "company_id",
            "visit_id",
            unique=True,
            postgresql_where=text("status IN ('presented','signed')"),
        ),
        Index(
            "uq_act__drawing",
            "company_id",
            "drawing_sha256",
            unique=True,
            postgresql_where=text("drawing_sha256 IS NOT NULL"),
        ),
        Index(
            "uq_act__ink",
            "company_id",
            "ink_sha256",
            unique=True,
            postgresql_where=text("ink_sha256 IS NOT NULL"),
        ),
        Index("ix_act__render", "company_id", "render_at", postgresql_where=text("render_at IS NOT NULL")),
        CheckConstraint("status <> 'signed' OR number IS NOT NULL", name="number"),
        CheckConstraint("status IN ('presented','signed','refused','voided')", name="status"),
        CheckConstraint(
            "(status = 'signed') = (signed_at IS NOT NULL)"
            " AND (status = 'signed') = (signature IS NOT NULL)"
            " AND (status = 'signed') = (signature_hash IS NOT NULL)",
            name="signature",
        ),
        swept_by(SWEEP, due="render_at"),
    )
