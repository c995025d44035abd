from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, query_expression

from app.db.base import Base, HasId, OfCompany, belongs_to


class Measurement(HasId, Base):
    """One version of a measurement sheet. A version never changes: a correction is the next one."""

    __tablename__ = "measurement"

    job_id: Mapped[UUID]
    visit_id: Mapped[UUID]
    version: Mapped[int]
    author_id: Mapped[UUID]
    command_id: Mapped[UUID | None]
    """The phone's command that made it. Null: the office corrected."""
    comment: Mapped[str] = mapped_column(server_default="")
    content_hash: Mapped[bytes]
    """SHA-256 of the canonical JSON of the sheet: `measurements.sheets`."""
    measured_at: Mapped[datetime]
    """Device time."""
    received_at: Mapped[datetime]

    openings_count: Mapped[int] = query_expression()
    """Only in queries that ask for it with its company."""

    __table_args__ = (
        belongs_to("job"),
        belongs_to("visit"),
        UniqueConstraint("company_id", "job_id", "version"),
    )


class Opening(OfCompany, Base):
    """One measured opening, millimetres."""

    __tablename__ = "opening"

    measurement_id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    label: Mapped[str]
    room: Mapped[str]
    kind: Mapped[str]
    """window, door or balcony."""
    wall: Mapped[str]
    """brick, panel, monolith, wood, aerated or other."""
    shape: Mapped[str] = mapped_column(server_default="rectangle")
    """rectangle, trapezium, triangle, arch or polygon."""
    width_top_mm: Mapped[int]
    width_middle_mm: Mapped[int]
    width_bottom_mm: Mapped[int]
    height_left_mm: Mapped[int]
    height_middle_mm: Mapped[int]
    height_right_mm: Mapped[int]
    diagonal_1_mm: Mapped[int]
    diagonal_2_mm: Mapped[int]
    quarter_mm: Mapped[int] = mapped_column(server_default="0")
    sill_mm: Mapped[int | None]
    slope_mm: Mapped[int | None]
    mosquito_net: Mapped[bool] = mapped_column(server_default="false")
    product: Mapped[str] = mapped_column(server_default="")
    comment: Mapped[str] = mapped_column(server_default="")
    checks: Mapped[list[dict[str, Any]]]
    """Plausibility rules that objected, and the measurer's reason:
    `[{"rule": …, "weight": …, "found_mm": …, "allowed_mm": …, "reason": …}]`."""
    outline: Mapped[dict[str, Any] | None] = mapped_column(JSONB(none_as_null=True))
    """How it was measured if not by readings: see `outlines`."""
    photos: Mapped[list[dict[str, Any]]] = mapped_column(server_default="[]")
    """Sketches and photos of the tape: `[{"attachment_id": …, "sha256": …, "purpose": …}]`."""

    __table_args__ = (
        belongs_to("measurement"),
        UniqueConstraint("company_id", "measurement_id", "label"),
        CheckConstraint("kind IN ('window','door','balcony')", name="kind"),
        CheckConstraint("shape IN ('rectangle','trapezium','triangle','arch','polygon')", name="shape"),
    )
