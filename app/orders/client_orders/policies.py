"""How far an order has come: values in, values out."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from app.contracts.dispatch import OrderAdvanced
from app.core.changes import Update
from app.core.errors import DomainError
from app.orders.statuses import JOB_FINISHED, MADE, JobStatus, OrderStatus, ProductionStatus


class OrderCanceled(DomainError):
    """The client's order is canceled: nothing is made, installed or paid for it."""

    code = "order_canceled"


class Installation(NamedTuple):
    """An installation job of an order that is not canceled."""

    job_id: UUID
    status: str
    is_signed: bool
    """The client has signed an act of it."""

    @property
    def is_done(self) -> bool:
        """An act signed while the crew packs up settles it; one of a part does not."""
        return self.status in JOB_FINISHED or (self.is_signed and self.status == JobStatus.IN_PROGRESS)


class AtPlant(NamedTuple):
    """A production order that is not canceled."""

    status: str
    installation_job_id: UUID | None


class OrderFacts(NamedTuple):
    """All that holds of a client's order now."""

    is_canceled: bool
    is_measured: bool
    """By a job that is not canceled."""
    prepaid_kop: int
    at_plant: Sequence[AtPlant]
    installations: Sequence[Installation]


class OrderState(NamedTuple):
    """An order as a command reads it."""

    id: UUID
    status: str
    facts: OrderFacts


class Settled(NamedTuple):
    """The changes and the news of an order. Both are empty if it stays as it is."""

    changes: list[Update]
    news: list[OrderAdvanced]


def settle(order: OrderState, facts: OrderFacts) -> Settled:
    """Give the order the prepayment and the status that follow from `facts`, which hold from now on.

    The caller has locked its row. The update fails if the order is no longer as it was read.
    """
    status = order_status(facts)
    was = {"status": order.status, "prepaid_kop": order.facts.prepaid_kop}
    becomes = {"status": status, "prepaid_kop": facts.prepaid_kop}
    to = {name: value for name, value in becomes.items() if value != was[name]}
    if not to:
        return Settled([], [])
    update = Update("client_order", {"id": order.id, **was}, to, expected=1)
    if "status" not in to:
        return Settled([update], [])
    return Settled([update], [OrderAdvanced(order_id=order.id, was=order.status, status=status)])


def order_status(facts: OrderFacts) -> OrderStatus:
    """How far an order is, by what holds of it and by nothing else: what is called off takes it back.

    1. The office has canceled it: canceled, for good.
    2. Something is installed and nothing is left to install: handed over when the client has signed
       for it, installed before.
    3. Somebody is to come, or is there, to install: installation planned.
    4. The plant has an order: ready when all of it is made, else in production.
    5. We hold a prepayment: prepaid. Else it is measured, or new.
    """
    if facts.is_canceled:
        return OrderStatus.CANCELED
    if is_installed(facts):
        is_signed = any(one.is_signed for one in facts.installations)
        return OrderStatus.HANDED_OVER if is_signed else OrderStatus.INSTALLED
    if any(one.status in (JobStatus.PLANNED, JobStatus.IN_PROGRESS) for one in facts.installations):
        return OrderStatus.INSTALLATION_PLANNED
    if facts.at_plant:
        is_made = all(one.status in MADE for one in facts.at_plant)
        return OrderStatus.READY if is_made else OrderStatus.IN_PRODUCTION
    if facts.prepaid_kop > 0:
        return OrderStatus.PREPAID
    return OrderStatus.MEASURED if facts.is_measured else OrderStatus.NEW


def is_installed(facts: OrderFacts) -> bool:
    """Whether something is installed and nothing is left: neither begun nor still to be booked."""
    installations = facts.installations
    return bool(installations) and all(one.is_done for one in installations) and not _is_left_to_book(facts)


def _is_left_to_book(facts: OrderFacts) -> bool:
    """An installation that was planned by hand, for no production order, stands for whatever was made."""
    jobs = {one.job_id for one in facts.installations}
    by_hand = jobs - {one.installation_job_id for one in facts.at_plant}
    unbooked = [one for one in facts.at_plant if one.installation_job_id not in jobs]
    return not by_hand and any(one.status != ProductionStatus.DELIVERED for one in unbooked)
