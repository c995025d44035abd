"""All SQL about payments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    DateTime,
    Uuid,
    and_,
    bindparam,
    cast,
    exists,
    func,
    lateral,
    select,
    true,
)
from sqlalchemy.orm import aliased

from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.db.work import Work
from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.policies import OrderState
from app.orders.client_orders.queries import JOBS, OF_THIS, ORDER_COLUMNS, order_state
from app.orders.invoices.policies import InvoiceState
from app.orders.invoices.queries import INVOICES, invoice_states
from app.orders.ledger.policies import OrderMoney
from app.orders.ledger.queries import ORDER_MONEY, order_money
from app.orders.payments.models import Payment
from app.orders.payments.plausibility import SAME_DAY, Expected
from app.orders.payments.policies import Balance, Money, StoredPayment
from app.orders.statuses import JobKind, OrderStatus

PAYMENT_COLUMNS = tuple(getattr(Payment, name) for name in StoredPayment._fields)


async def find_payments(session: Session, scope: Scope, order_id: UUID) -> list[StoredPayment]:
    """Oldest first."""
    return await _find(session, scope, Payment.order_id == order_id)


PAYMENTS_OF_VISITS = Query(
    select(*PAYMENT_COLUMNS)
    .where(
        Payment.company_id == bindparam("company", type_=Uuid),
        Payment.visit_id == func.any(bindparam("visits", type_=ARRAY(Uuid))),
    )
    .order_by(Payment.id),
    StoredPayment,
)


async def find_payments_of_visits(work: Work, visit_ids: Sequence[UUID]) -> dict[UUID, list[StoredPayment]]:
    """What was taken at these visits, by visit, oldest first. A visit without money is left out."""
    found: dict[UUID, list[StoredPayment]] = {}
    for payment in await work.all(PAYMENTS_OF_VISITS, visits=visit_ids):
        if payment.visit_id is not None:
            found.setdefault(payment.visit_id, []).append(payment)
    return found


async def find_payments_of_command(session: Session, scope: Scope, command_id: UUID) -> list[StoredPayment]:
    """What a command of this worker recorded."""
    return await _find(
        session, scope, and_(Payment.command_id == command_id, Payment.taken_by == scope.user_id)
    )


async def _find(session: Session, scope: Scope, condition: ColumnElement[bool]) -> list[StoredPayment]:
    query = select(*PAYMENT_COLUMNS).where(Payment.company_id == scope.company_id, condition)
    return [StoredPayment(*row) for row in await session.execute(query.order_by(Payment.id))]


SAME = aliased(Payment)
IS_REPEATED = exists().where(
    SAME.company_id == bindparam("company", type_=Uuid),
    SAME.order_id == ClientOrder.id,
    SAME.kind != "refund",
    SAME.amount_kop == bindparam("amount_kop", type_=BigInteger),
    SAME.taken_at > bindparam("same_since", type_=DateTime(timezone=True)),
    SAME.taken_at < bindparam("same_until", type_=DateTime(timezone=True)),
)
"""Takes the values of `same_payment`."""

EXPECTED_COLUMNS = (ClientOrder.number, ClientOrder.status, IS_REPEATED, INVOICES, *ORDER_MONEY.c)
"""For commands that take money. Join ORDER_MONEY ON true."""


def expected(*row: Any) -> Expected:
    """`row` is what EXPECTED_COLUMNS read."""
    number, status, is_repeated, invoices, *money = row
    is_canceled = status == OrderStatus.CANCELED
    return Expected(number, is_canceled, order_money(*money), is_repeated, invoice_states(invoices))


def same_payment(money: Money, taken_at: datetime) -> dict[str, Any]:
    """Values for `IS_REPEATED`."""
    return {
        "amount_kop": money.amount_kop,
        "same_since": taken_at - SAME_DAY,
        "same_until": taken_at + SAME_DAY,
    }


class TakeFacts(NamedTuple):
    """What is known when the office books money."""

    order: OrderState
    has_goods: bool
    """It is more than a repair."""
    expected: Expected


def _take_facts(has_goods: bool, *row: Any) -> TakeFacts:
    order, more = row[: len(ORDER_COLUMNS)], row[len(ORDER_COLUMNS) :]
    return TakeFacts(order_state(*order), has_goods, expected(*more))


HAS_GOODS = exists().where(*OF_THIS, JOBS.c.kind != JobKind.SERVICE, JOBS.c.kind != JobKind.CLAIM)


TO_TAKE = Query(
    select(HAS_GOODS, *ORDER_COLUMNS, *EXPECTED_COLUMNS)
    .select_from(ClientOrder)
    .join(ORDER_MONEY, true())
    .where(
        ClientOrder.company_id == bindparam("company", type_=Uuid),
        ClientOrder.id == bindparam("order", type_=Uuid),
    ),
    _take_facts,
)


def _sum_of(kind: str) -> ColumnElement[int]:
    """In whole kopecks: PostgreSQL makes a sum of bigint numeric."""
    return cast(func.coalesce(func.sum(Payment.amount_kop).filter(Payment.kind == kind), 0), BigInteger)


BALANCE_COLUMNS = (
    _sum_of("prepayment").label("prepaid_kop"),
    _sum_of("final").label("final_kop"),
    _sum_of("refund").label("refunded_kop"),
)


async def get_balance(session: Session, scope: Scope, order_id: UUID) -> Balance:
    """True until the end of the transaction only while the order is locked."""
    query = select(*BALANCE_COLUMNS).where(
        Payment.company_id == scope.company_id, Payment.order_id == order_id
    )
    return Balance(*(await session.execute(query)).one())


class RefundFacts(NamedTuple):
    """What is known when money is to be given back."""

    order: OrderState
    balance: Balance
    money: OrderMoney
    invoices: Sequence[InvoiceState]


def _refund_facts(*row: Any) -> RefundFacts:
    order, (invoices, *more) = row[: len(ORDER_COLUMNS)], row[len(ORDER_COLUMNS) :]
    balance, money = more[: len(BALANCE_COLUMNS)], more[len(BALANCE_COLUMNS) :]
    return RefundFacts(order_state(*order), Balance(*balance), order_money(*money), invoice_states(invoices))


BALANCE = lateral(
    select(*BALANCE_COLUMNS)
    .where(Payment.company_id == bindparam("company", type_=Uuid), Payment.order_id == ClientOrder.id)
    .correlate(ClientOrder)
).alias("balance")
TO_REFUND = Query(
    select(*ORDER_COLUMNS, INVOICES, *BALANCE.c, *ORDER_MONEY.c)
    .select_from(ClientOrder)
    .join(BALANCE, true())
    .join(ORDER_MONEY, true())
    .where(
        ClientOrder.company_id == bindparam("company", type_=Uuid),
        ClientOrder.id == bindparam("order", type_=Uuid),
    ),
    _refund_facts,
)
