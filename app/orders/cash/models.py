from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db.base import Base, HasId, OfCompany, belongs_to


class CashHandover(HasId, Base):
    """Cash of one worker and one day, counted by the office. Never changed: money that comes later is a further row."""

    __tablename__ = "cash_handover"

    worker_id: Mapped[UUID]
    taken_on: Mapped[date]
    """The day on which clients gave the money, by the company's calendar."""
    turn: Mapped[int]
    """1 for the first time that money of this worker and day was counted."""
    expected_kop: Mapped[int] = mapped_column(BigInteger)
    """The cash of the day by the payments, without what had been counted before. Negative: too much came before."""
    counted_kop: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(server_default="")
    """Why the two differ."""
    received_by: Mapped[UUID]
    received_at: Mapped[datetime]

    __table_args__ = (
        belongs_to("worker"),
        UniqueConstraint("company_id", "worker_id", "taken_on", "turn"),
        CheckConstraint("counted_kop >= 0", name="counted"),
        CheckConstraint("counted_kop = expected_kop OR reason <> ''", name="difference_has_reason"),
        Index("ix_cash_handover__day", "company_id", "taken_on"),
    )


class HandedOver(OfCompany, Base):
    """Which handover a cash payment was counted in. A payment is counted once."""

    __tablename__ = "cash_handover_payment"

    payment_id: Mapped[UUID] = mapped_column(primary_key=True)
    handover_id: Mapped[UUID]

    __table_args__ = (
        belongs_to("payment"),
        belongs_to("cash_handover", "handover_id"),
        Index("ix_cash_handover_payment__handover", "company_id", "handover_id"),
    )
