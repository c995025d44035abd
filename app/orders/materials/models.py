from datetime import datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import CheckConstraint, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.quantities import PLACES
from app.db.base import Base, HasId, OfCompany, Versioned, belongs_to
from app.db.card_changes import Recorded

Amount = Numeric(12, PLACES)


class Material(HasId, Versioned, Base):
    """What crews use up: foam, tape, screws."""

    __tablename__ = "material"
    __recorded__ = Recorded("material")

    code: Mapped[str]
    name_ru: Mapped[str]
    name_en: Mapped[str]
    unit: Mapped[str]
    """pcs, m, m2, set, kg, l or pack. It never changes, because quantities are kept without it."""
    is_active: Mapped[bool] = mapped_column(server_default="true")

    __table_args__ = (
        UniqueConstraint("company_id", "code"),
        CheckConstraint("unit IN ('pcs','m','m2','set','kg','l','pack')", name="unit"),
    )


class MaterialNorm(OfCompany, Base):
    """How much of a material a job of a type needs, from a moment on. A new norm is another row."""

    __tablename__ = "material_norm"

    job_type_id: Mapped[UUID] = mapped_column(primary_key=True)
    material_id: Mapped[UUID] = mapped_column(primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    per_job: Mapped[Decimal] = mapped_column(Amount)
    per_opening: Mapped[Decimal] = mapped_column(Amount)

    __table_args__ = (
        belongs_to("job_type"),
        belongs_to("material"),
        CheckConstraint("per_job >= 0 AND per_opening >= 0", name="not_negative"),
    )


class JobMaterial(OfCompany, Base):
    """How much of a material this job needs, said by hand. It counts instead of the norm."""

    __tablename__ = "job_material"

    job_id: Mapped[UUID] = mapped_column(primary_key=True)
    material_id: Mapped[UUID] = mapped_column(primary_key=True)
    quantity: Mapped[Decimal] = mapped_column(Amount)
    set_by: Mapped[UUID]
    set_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("job"),
        belongs_to("material"),
        CheckConstraint("quantity >= 0", name="not_negative"),
    )
