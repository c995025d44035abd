from datetime import date, datetime
from typing import Annotated, Self
from uuid import UUID

import msgspec

from app.http.schemas import In, Out
from app.orders.cash.models import CashHandover
from app.orders.cash.queries import PaymentOfDay, Takings
from app.orders.cash.service import DayOfWorker

CountedKop = Annotated[int, msgspec.Meta(ge=0, le=100_000_000_00, description="Kopecks")]


class HandOverCash(In):
    """The office has counted the cash that a worker brought."""

    worker_id: UUID
    day: date
    """The day on which clients gave the money, by the company's calendar."""
    counted_kop: CountedKop
    reason: Annotated[str, msgspec.Meta(max_length=500)] = ""
    """Why it is another sum than expected. Needed only then."""


class CashHandoverOut(Out):
    id: UUID
    worker_id: UUID
    day: date
    expected_kop: int
    """The cash of the day by the payments, without what had been counted before."""
    counted_kop: int
    difference_kop: int
    """Negative: money is missing."""
    reason: str
    received_by: UUID
    received_at: datetime

    @classmethod
    def of(cls, handover: CashHandover) -> Self:
        return cls(
            id=handover.id,
            worker_id=handover.worker_id,
            day=handover.taken_on,
            expected_kop=handover.expected_kop,
            counted_kop=handover.counted_kop,
            difference_kop=handover.counted_kop - handover.expected_kop,
            reason=handover.reason,
            received_by=handover.received_by,
            received_at=handover.received_at,
        )


class TakingsOut(Out):
    """What one worker took from clients on one day."""

    worker_id: UUID
    worker_name: str
    day: date
    payments: int
    cash_kop: int
    card_kop: int
    sbp_kop: int
    transfer_kop: int
    counted_kop: int
    """Cash the office has counted."""
    missing_kop: int
    """Cash that was taken and not counted; negative: more was counted."""
    is_counted: bool
    """Every cash payment of the day has been counted, also if the sums differ."""
    last_received_at: datetime | None

    @classmethod
    def of(cls, taken: Takings, worker_name: str) -> Self:
        return cls(
            worker_id=taken.worker_id,
            worker_name=worker_name,
            day=taken.day,
            payments=taken.payments,
            cash_kop=taken.cash_kop,
            card_kop=taken.card_kop,
            sbp_kop=taken.sbp_kop,
            transfer_kop=taken.transfer_kop,
            counted_kop=taken.counted_kop,
            missing_kop=taken.cash_kop - taken.counted_kop,
            is_counted=taken.uncounted == 0,
            last_received_at=taken.last_received_at,
        )


class AllTakingsOut(Out):
    items: list[TakingsOut]


class PaymentOfDayOut(Out):
    id: UUID
    order_id: UUID
    visit_id: UUID
    kind: str
    """prepayment or final."""
    amount_kop: int
    method: str
    receipt_ref: str
    taken_at: datetime
    handed_over_at: datetime | None
    """When the office counted it; only cash is counted."""

    @classmethod
    def of(cls, payment: PaymentOfDay) -> Self:
        return cls(**payment._asdict())


class CashDayOut(Out):
    """One worker's money of one day, payment by payment, with everything that was counted of it."""

    worker_id: UUID
    worker_name: str
    day: date
    cash_kop: int
    counted_kop: int
    missing_kop: int
    """What is to be handed over now; negative: more was counted than taken."""
    payments: list[PaymentOfDayOut]
    handovers: list[CashHandoverOut]

    @classmethod
    def of(cls, found: DayOfWorker) -> Self:
        return cls(
            worker_id=found.worker_id,
            worker_name=found.worker_name,
            day=found.day,
            cash_kop=found.cash_kop,
            counted_kop=found.counted_kop,
            missing_kop=found.cash_kop - found.counted_kop,
            payments=[PaymentOfDayOut.of(one) for one in found.payments],
            handovers=[CashHandoverOut.of(one) for one in found.handovers],
        )
