"""Whether an order that is over still owes money or holds some: values in, values out."""

from collections.abc import Sequence
from typing import NamedTuple

from app.orders.ledger.policies import OrderMoney
from app.orders.statuses import JOB_FINISHED, JobKind, JobStatus, OrderStatus

OVER = frozenset({OrderStatus.CANCELED, OrderStatus.INSTALLED, OrderStatus.HANDED_OVER})
REPAIRS = frozenset({JobKind.SERVICE, JobKind.CLAIM})


class JobState(NamedTuple):
    kind: str
    status: str


class OrderFacts(NamedTuple):
    """An order as far as its money is concerned."""

    number: int
    status: str
    jobs: Sequence[JobState]
    is_at_plant: bool
    """Something is being made, or is made and not delivered."""
    money: OrderMoney


class Open(NamedTuple):
    """Money of an order that is over."""

    due_kop: int
    """The client owes this."""
    over_kop: int
    """We hold this, and nothing charged needs it."""


class LastItem(NamedTuple):
    """The newest inbox item about the money of an order."""

    money: Open
    is_open: bool
    is_done_by_somebody: bool


def is_over(facts: OrderFacts) -> bool:
    """Nothing more is to be done: it is canceled, installed, or a repair that is finished."""
    if facts.status in OVER:
        return True
    jobs = [job for job in facts.jobs if job.status != JobStatus.CANCELED]
    is_repaired = any(job.kind in REPAIRS for job in jobs)
    return is_repaired and not facts.is_at_plant and all(job.status in JOB_FINISHED for job in jobs)


def open_money(facts: OrderFacts) -> Open | None:
    """What is to be settled. None: nothing, or the order is not over."""
    money = Open(facts.money.due_kop, facts.money.over_kop)
    return money if is_over(facts) and any(money) else None


def needs_item(money: Open, last: LastItem | None) -> bool:
    """An item stands for these very sums. What somebody has marked as done is not asked again."""
    if last is None or last.money != money:
        return True
    return not (last.is_open or last.is_done_by_somebody)
