"""All SQL about cash of workers."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import BigInteger, ColumnElement, Date, and_, cast, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from app.db.session import Session
from app.orders.cash.models import CashHandover, HandedOver
from app.orders.payments.models import Payment

METHODS = ("cash", "card", "sbp", "transfer")


class Takings(NamedTuple):
    """What one worker took from clients on one day, and what the office has counted of it."""

    worker_id: UUID
    day: date
    payments: int
    cash_kop: int
    card_kop: int
    sbp_kop: int
    transfer_kop: int
    uncounted: int
    """Cash payments that no handover has counted."""
    counted_kop: int
    last_received_at: datetime | None


class PaymentOfDay(NamedTuple):
    id: UUID
    order_id: UUID
    visit_id: UUID
    kind: str
    amount_kop: int
    method: str
    receipt_ref: str
    taken_at: datetime
    handed_over_at: datetime | None


PAYMENT_OF_DAY: list[Any] = [
    *(getattr(Payment, name) for name in PaymentOfDay._fields[:-1]),
    CashHandover.received_at,
]
TAKEN_BY_WORKER = (Payment.visit_id.is_not(None), Payment.kind != "refund")
"""What the office books or gives back itself does not pass through a worker's hands."""


def _day(zone: str) -> ColumnElement[date]:
    return cast(func.timezone(zone, Payment.taken_at), Date)


def _start(day: date, zone: str) -> datetime:
    """Midnight by the company's clock."""
    return datetime.combine(day, time.min, ZoneInfo(zone))


def _sum(amount: Any, *conditions: ColumnElement[bool]) -> ColumnElement[int]:
    total = func.sum(amount)
    return cast(func.coalesce(total.filter(*conditions) if conditions else total, 0), BigInteger)


async def find_takings(
    session: Session,
    company_id: UUID,
    *,
    zone: str,
    first: date,
    open_since: date,
    before: date,
    worker_id: UUID | None,
) -> list[Takings]:
    """Newest day first: from `first` all of them, and from `open_since` those with money that is not counted."""
    day = _day(zone)
    taken = (
        select(
            Payment.taken_by.label("worker_id"),
            day.label("day"),
            func.count().label("payments"),
            *(_sum(Payment.amount_kop, Payment.method == one).label(f"{one}_kop") for one in METHODS),
            func.count().filter(Payment.method == "cash", HandedOver.payment_id.is_(None)).label("uncounted"),
        )
        .outerjoin(
            HandedOver,
            and_(HandedOver.company_id == Payment.company_id, HandedOver.payment_id == Payment.id),
        )
        .where(
            Payment.company_id == company_id,
            *TAKEN_BY_WORKER,
            Payment.taken_at >= _start(min(first, open_since), zone),
            Payment.taken_at < _start(before, zone),
            *([Payment.taken_by == worker_id] if worker_id else []),
        )
        .group_by(Payment.taken_by, day)
        .subquery("taken")
    )
    counted = (
        select(
            CashHandover.worker_id,
            CashHandover.taken_on,
            _sum(CashHandover.counted_kop).label("counted_kop"),
            func.max(CashHandover.received_at).label("last_received_at"),
        )
        .where(CashHandover.company_id == company_id, CashHandover.taken_on >= min(first, open_since))
        .group_by(CashHandover.worker_id, CashHandover.taken_on)
        .subquery("counted")
    )
    counted_kop = func.coalesce(counted.c.counted_kop, 0)
    query = (
        select(*taken.c, counted_kop, counted.c.last_received_at)
        .outerjoin(counted, and_(counted.c.worker_id == taken.c.worker_id, counted.c.taken_on == taken.c.day))
        .where(or_(taken.c.day >= first, taken.c.uncounted > 0, taken.c.cash_kop > counted_kop))
        .order_by(taken.c.day.desc(), taken.c.worker_id)
    )
    return [Takings(*tuple(row)) for row in await session.execute(query)]


async def find_payments_of_day(
    session: Session, company_id: UUID, *, zone: str, worker_id: UUID, day: date
) -> list[PaymentOfDay]:
    """Oldest first."""
    query = (
        select(*PAYMENT_OF_DAY)
        .outerjoin(
            HandedOver,
            and_(HandedOver.company_id == Payment.company_id, HandedOver.payment_id == Payment.id),
        )
        .outerjoin(
            CashHandover,
            and_(CashHandover.company_id == HandedOver.company_id, CashHandover.id == HandedOver.handover_id),
        )
        .where(
            Payment.company_id == company_id,
            *TAKEN_BY_WORKER,
            Payment.taken_by == worker_id,
            Payment.taken_at >= _start(day, zone),
            Payment.taken_at < _start(day + timedelta(days=1), zone),
        )
        .order_by(Payment.taken_at, Payment.id)
    )
    return [PaymentOfDay(*row) for row in await session.execute(query)]


async def find_handovers(
    session: Session, company_id: UUID, *, worker_id: UUID, day: date
) -> Sequence[CashHandover]:
    """In the order in which they were counted."""
    query = select(CashHandover).where(
        CashHandover.company_id == company_id,
        CashHandover.worker_id == worker_id,
        CashHandover.taken_on == day,
    )
    return (await session.scalars(query.order_by(CashHandover.turn))).all()


async def add_handover(
    session: Session, handover: CashHandover, payment_ids: Sequence[UUID]
) -> CashHandover | None:
    """None if somebody else counted money of this worker and day at the same moment."""
    values = {name: getattr(handover, name) for name in ADDED}
    added = (
        insert(CashHandover)
        .values(**values)
        .on_conflict_do_nothing(index_elements=["company_id", "worker_id", "taken_on", "turn"])
        .returning(CashHandover)
    )
    stored = (await session.scalars(added)).one_or_none()
    if stored is not None and payment_ids:
        rows = [
            {"company_id": stored.company_id, "payment_id": one, "handover_id": stored.id}
            for one in payment_ids
        ]
        await session.execute(insert(HandedOver), rows)
    return stored


ADDED = (
    "company_id",
    "id",
    "worker_id",
    "taken_on",
    "turn",
    "expected_kop",
    "counted_kop",
    "reason",
    "received_by",
    "received_at",
)
