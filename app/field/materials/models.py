from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, Numeric
from sqlalchemy.orm import Mapped, mapped_column

from app.core.quantities import PLACES
from app.db.base import Base, HasId, belongs_to


class MaterialUse(HasId, Base):
    """How much of a material was used in a job. It never changes: a correction is another row."""

    __tablename__ = "material_use"

    job_id: Mapped[UUID]
    visit_id: Mapped[UUID | None]
    """Null: the office corrected."""
    material_id: Mapped[UUID]
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, PLACES))
    """Of a correction what is added to the corrected row; it may be negative."""
    corrects_id: Mapped[UUID | None]
    """The first row, also when it was corrected before."""
    reason: Mapped[str] = mapped_column(server_default="")
    """Of a correction."""
    author_id: Mapped[UUID]
    used_at: Mapped[datetime]
    """When it was reported: the phone's time, corrected by ours."""
    received_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("job"),
        belongs_to("visit"),
        belongs_to("material"),
        belongs_to("material_use", "corrects_id"),
        Index("ix_material_use__job", "company_id", "job_id", "id"),
        Index("ix_material_use__received", "company_id", "received_at"),
        CheckConstraint(
            "CASE WHEN corrects_id IS NULL THEN quantity > 0 ELSE reason <> '' END",
            name="correction_has_reason",
        ),
    )
