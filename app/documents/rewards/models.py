from datetime import date
from decimal import Decimal
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, Numeric, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.core.quantities import PLACES
from app.db.base import Base, HasId, belongs_to


class Reward(HasId, Base):
    """What one member earned for one line of one act. Never changed.

    If it turns out that somebody else worked on the visit, further rows add or take the differences. The rows of
    a line always add up to what the line earns.
    """

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
    """Negative in a recalculation that takes something back."""
    earned_on: Mapped[date]
    """The day the act was signed, by the company's calendar. Of a recalculation: the day it was made, so that
    days that were paid already stay as they are."""
    revision: Mapped[int] = mapped_column(server_default="0")
    """0: written with the signature. 1, 2, …: the recalculations of this act."""
    recalculation_of: Mapped[UUID | None]
    """The row this one corrects: the worker's newest of this line, or if he had none, the line's first."""
    was_kop: Mapped[int] = mapped_column(BigInteger, server_default="0")
    """What the worker had for this line before. With `amount_kop` it is what he has now."""
    reason: Mapped[str | None]
    """Why it was recalculated."""

    __table_args__ = (
        belongs_to("act"),
        belongs_to("reward", "recalculation_of"),
        UniqueConstraint("company_id", "act_id", "line", "worker_id", "revision"),
        Index("ix_reward__worker", "company_id", "worker_id", "earned_on"),
        CheckConstraint("was_kop >= 0 AND was_kop + amount_kop >= 0", name="not_negative"),
        CheckConstraint("revision = 0 OR recalculation_of IS NOT NULL", name="recalculation"),
    )
