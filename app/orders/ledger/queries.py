"""All SQL about entries of the ledger."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Text,
    Uuid,
    bindparam,
    cast,
    column,
    func,
    lateral,
    not_,
    or_,
    select,
    table,
)

from app.core.amounts import Amounts
from app.core.scope import Scope
from app.db.session import Session
from app.orders.client_orders.models import ClientOrder
from app.orders.ledger.models import LedgerEntry
from app.orders.ledger.policies import EntryKind, OrderMoney, Part


def _sum(*conditions: ColumnElement[bool]) -> ColumnElement[int]:
    """In whole kopecks: PostgreSQL makes a sum of bigint numeric."""
    return cast(func.coalesce(func.sum(LedgerEntry.amount_kop).filter(*conditions), 0), BigInteger)


IS_MONEY = or_(LedgerEntry.kind == EntryKind.PAYMENT, LedgerEntry.kind == EntryKind.REFUND)
"""Money that changed hands. All other kinds say what the client owes."""


def _charged(part: Part) -> ColumnElement[int]:
    return _sum(not_(IS_MONEY), LedgerEntry.part == part)


def _held(part: Part) -> ColumnElement[int]:
    return -_sum(IS_MONEY, LedgerEntry.part == part)


ESTIMATES = table(
    "estimate",
    column("company_id"),
    column("order_id"),
    column("status", Text),
    column("total_kop", BigInteger),
    column("advance_pays_for", Text),
)
"""Of a slice that stands on this one: named here, not imported."""


def _of_contract(company: Any, order: Any) -> list[ColumnElement[Any]]:
    """Columns of the agreed estimate; null without one."""
    agreed = (
        ESTIMATES.c.company_id == company,
        ESTIMATES.c.order_id == order,
        ESTIMATES.c.status == "agreed",
    )
    named = (ESTIMATES.c.total_kop, ESTIMATES.c.advance_pays_for)
    return [
        select(column)
        .where(*agreed)
        .correlate(ClientOrder)
        .scalar_subquery()
        .label(f"contract_{column.name}")
        for column in named
    ]


SUMS = (
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
    contract, advance, goods, work, held_goods, held_work, held_all, paid, refunded = row
    held = Amounts(held_goods, held_work, held_all)
    return OrderMoney(contract, advance, goods, work, held, paid, refunded)


COMPANY = bindparam("company", type_=Uuid)
ORDER_MONEY = lateral(
    select(*_of_contract(COMPANY, ClientOrder.id), *SUMS)
    .where(
        LedgerEntry.company_id == COMPANY,
        LedgerEntry.order_id == ClientOrder.id,
    )
    .correlate(ClientOrder)
).alias("order_money")
"""For commands that read an order among their facts: join it ON true, read its columns by `order_money`.
True while the order is locked, because whoever writes an entry locks the order before."""


async def get_money(session: Session, scope: Scope, order_id: UUID) -> OrderMoney:
    """The money of an order, by one read. It stays true only while the order is locked."""
    query = select(*_of_contract(scope.company_id, order_id), *SUMS).where(
        LedgerEntry.company_id == scope.company_id, LedgerEntry.order_id == order_id
    )
    return order_money(*(await session.execute(query)).one())


async def find_entries(session: Session, scope: Scope, order_id: UUID) -> Sequence[LedgerEntry]:
    """Everything that changed what is owed, in the order in which it was written."""
    query = select(LedgerEntry).where(
        LedgerEntry.company_id == scope.company_id, LedgerEntry.order_id == order_id
    )
    return (await session.scalars(query.order_by(LedgerEntry.created_at, LedgerEntry.id))).all()
