"""Puts orders that are over and not settled before the accountant.

Whatever changes the money of an order, or whether it is over, announces it; the order is then looked at as it is
now. So it does not matter what happened, in which order it is heard, or how often.
"""

from datetime import datetime
from uuid import UUID

from app.contracts.dispatch import EstimateAgreed, JobCanceled, JobsOfOrderChanged, OrderAdvanced
from app.contracts.documents import ActSigned
from app.contracts.field import PaymentRefunded, PaymentTaken
from app.core.ids import uuid7
from app.db.session import Session
from app.db.work import Work, work_in
from app.notifications.api import InboxKind, Item, add_item, settle_items
from app.orders.client_orders.queries import LOCK_ORDER
from app.orders.ledger.policies import OrderMoney
from app.orders.settlement import queries
from app.orders.settlement.policies import Open, OrderFacts, needs_item, open_money

Reason = (
    OrderAdvanced
    | EstimateAgreed
    | PaymentTaken
    | PaymentRefunded
    | ActSigned
    | JobCanceled
    | JobsOfOrderChanged
)


async def on_money_may_be_open(session: Session, company_id: UUID, event: Reason, now: datetime) -> None:
    """Add or settle the accountant's item about the order of the event.

    Doubtful payments are settled too, once the client owes nothing and we hold nothing of his: but not by the
    payment itself.
    """
    async with work_in(session, company_id) as work:
        order_id = await _order_of(work, event)
        if order_id is None:
            return
        work.lock(LOCK_ORDER, order_id)  # of two changes at once the second is judged with the first
        facts = await work.one(queries.FACTS, order=order_id)
        if facts is None:
            return
        await _show(work, order_id, facts, now=now)
        if not isinstance(event, PaymentTaken) and _is_even(facts.money, event):
            work.write(settle_items([InboxKind.PAYMENT_DOUBTFUL], order_id, now=now))


async def _order_of(work: Work, event: Reason) -> UUID | None:
    if isinstance(event, ActSigned | JobCanceled):
        return await work.one(queries.ORDER_OF_JOB, job=event.job_id)
    return event.order_id


async def _show(work: Work, order_id: UUID, facts: OrderFacts, *, now: datetime) -> None:
    money, settled = open_money(facts), settle_items([InboxKind.ORDER_UNSETTLED], order_id, now=now)
    if money is None:
        work.write(settled)
        return
    last = await work.one(queries.LAST_ITEM, order=order_id)
    if needs_item(money, last):
        insert, news = add_item(_item(order_id, facts, money))
        work.write(settled)  # an older one names other sums
        await work.write_now()
        work.write(insert)
        work.announce(news)


def _item(order_id: UUID, facts: OrderFacts, money: Open) -> Item:
    params = {
        "number": facts.number,
        "status": "canceled" if facts.status == "canceled" else "order_done",
        "due_kop": money.due_kop,
        "over_kop": money.over_kop,
    }
    return Item("accountant", InboxKind.ORDER_UNSETTLED, "order", order_id, params, str(uuid7()))


def _is_even(money: OrderMoney, event: Reason) -> bool:
    return money.over_kop == 0 and (money.due_kop == 0 or isinstance(event, PaymentRefunded))
