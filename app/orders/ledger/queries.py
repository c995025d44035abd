"""All SQL about entries of the ledger."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Uuid,
    bindparam,
    cast,
    func,
    lateral,
    not_,
    null,
    or_,
    select,
)

from app.core.scope import Scope
from app.db.session import Session
from app.orders.client_orders.models import ClientOrder
from app.orders.ledger.models import LedgerEntry
from app.orders.ledger.policies import Amounts, EntryKind, OrderMoney, Part


def _sum(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """In whole kopecks: PostgreSQL makes a sum of bigint numeric."""
    return cast(func.coalesce(func.sum(LedgerEntry.amount_kop).filter(*conditions), 0), BigInteger)


IS_MONEY = or_(LedgerEntry.kind == EntryKind.PAYMENT, LedgerEntry.kind == EntryKind.REFUND)
"""Money that changed hands. All other kinds say what the client owes."""


def _charged(part: Part) -> ColumnElement[int]:
    return _sum(not_(IS_MONEY), LedgerEntry.part == part)


def _held(part: Part) -> ColumnElement[int]:
    return -_sum(IS_MONEY, LedgerEntry.part == part)


SUMS = (
    cast(null(), BigInteger).label("contract_kop"),
    _charged(Part.GOODS).label("goods_kop"),
    _charged(Part.WORK).label("work_kop"),
    _held(Part.GOODS).label("held_goods_kop"),
    _held(Part.WORK).label("held_work_kop"),
    _held(Part.ALL).label("held_all_kop"),
    (-_sum(LedgerEntry.kind == EntryKind.PAYMENT)).label("paid_kop"),
    _sum(LedgerEntry.kind == EntryKind.REFUND).label("refunded_kop"),
)


def order_money(*row: Any) -> OrderMoney:
    """`row` is what SUMS read, or the columns of ORDER_MONEY."""
    contract, goods, work, held_goods, held_work, held_all, paid, refunded = row
    return OrderMoney(contract, goods, work, Amounts(held_goods, held_work, held_all), paid, refunded)


ORDER_MONEY = lateral(
    select(*SUMS)
    .where(
        LedgerEntry.company_id == bindparam("company", type_=Uuid),
        LedgerEntry.order_id == ClientOrder.id,
    )
    .correlate(ClientOrder)
).alias("order_money")
"""For commands that read an order among their facts: join it ON true, read its columns by `order_money`.
True while the order is locked, because whoever writes an entry locks the order before."""


async def get_money(session: Session, scope: Scope, order_id: UUID) -> OrderMoney:
    """The money of an order, by one read. It stays true only while the order is locked."""
    query = select(*SUMS).where(LedgerEntry.company_id == scope.company_id, LedgerEntry.order_id == order_id)
    return order_money(*(await session.execute(query)).one())


async def find_entries(session: Session, scope: Scope, order_id: UUID) -> Sequence[LedgerEntry]:
    """Everything that changed what is owed, in the order in which it was written."""
    query = select(LedgerEntry).where(
        LedgerEntry.company_id == scope.company_id, LedgerEntry.order_id == order_id
    )
    return (await session.scalars(query.order_by(LedgerEntry.created_at, LedgerEntry.id))).all()
