from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.quantities import PLACES
from app.db.base import Base, HasId, belongs_to


class Reward(HasId, Base):
    """What one member earned for one line of one act. Never changed."""

    __tablename__ = "reward"

    act_id: Mapped[UUID]
    line: Mapped[int]
    """Position of the line on the act, from 1."""
    worker_id: Mapped[UUID]
    work_code: Mapped[str]
    work_item_version: Mapped[int]
    quantity: Mapped[Decimal] = mapped_column(Numeric(12, PLACES))
    """In the unit of the line."""
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
