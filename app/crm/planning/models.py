from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, OfCompany, Versioned


class MonthlyPlan(OfCompany, Versioned, Base):
    """What a company wants to reach in a month. One plan for each month; what it was before is in the audit."""

    __tablename__ = "monthly_plan"

    month: Mapped[date] = mapped_column(primary_key=True)
    """Its first day."""
    newcomers: Mapped[int]
    """Clients who buy for the first time."""
    new_fans: Mapped[int]
    """Clients who become fans."""
    paid_kop: Mapped[int | None] = mapped_column(BigInteger)
    """What clients pay. Null: the plan says nothing of it."""
    business: Mapped[dict[str, Any]]
    """The numbers that the plan was calculated from, as `CalculateMonthlyPlan`."""
    set_by: Mapped[UUID]
    set_at: Mapped[datetime]

    __table_args__ = (
        CheckConstraint("extract(day FROM month) = 1", name="month"),
        CheckConstraint("newcomers >= 0 AND new_fans >= 0 AND paid_kop >= 0", name="targets"),
    )
