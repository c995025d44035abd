"""Decisions about jobs and orders: values in, values out."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from app.dispatch.visits.policies import VisitStatus
from app.orders.production.policies import MADE, ProductionStatus


class JobKind(StrEnum):
    MEASUREMENT = "measurement"
    INSTALLATION = "installation"
    SERVICE = "service"
    DELIVERY = "delivery"
    CLAIM = "claim"


class JobStatus(StrEnum):
    """Derived from the visits; see `job_status`."""

    NEW = "new"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CLOSED = "closed"
    CANCELED = "canceled"


class OrderStatus(StrEnum):
    """Derived from what holds of the order; see `order_status`."""

    NEW = "new"
    MEASURED = "measured"
    PREPAID = "prepaid"
    IN_PRODUCTION = "in_production"
    READY = "ready"
    INSTALLATION_PLANNED = "installation_planned"
    INSTALLED = "installed"
    HANDED_OVER = "handed_over"
    CANCELED = "canceled"


UNDER_WAY = {VisitStatus.EN_ROUTE, VisitStatus.ON_SITE, VisitStatus.IN_PROGRESS, VisitStatus.PAUSED}
AHEAD = {VisitStatus.PLANNED, VisitStatus.OFFERED, VisitStatus.ACCEPTED}
DONE = {VisitStatus.COMPLETED, VisitStatus.PARTIALLY_COMPLETED}

OVER = frozenset({JobStatus.CLOSED, JobStatus.CANCELED})
"""Set by the office; whatever its visits do, such a job stays what it is."""
FINISHED = OVER | {JobStatus.COMPLETED}


def job_status(visits: Iterable[str]) -> JobStatus:
    """What a job's visits say of it. The mapping is that of Dynamics 365 Field Service:

    1. somebody is under way: in progress;
    2. something is done and something is ahead: in progress;
    3. only something ahead: planned;
    4. the whole done, whatever else failed or was partial before: completed;
    5. else (nothing, all canceled, only partial or failed): new, to be planned again.
    """
    present = {VisitStatus(status) for status in visits}
    if present & UNDER_WAY:
        return JobStatus.IN_PROGRESS
    if present & AHEAD:
        return JobStatus.IN_PROGRESS if present & DONE else JobStatus.PLANNED
    if VisitStatus.COMPLETED in present:
        return JobStatus.COMPLETED
    return JobStatus.NEW


class Installation(NamedTuple):
    """An installation job of an order that is not canceled."""

    job_id: UUID
    status: str
    is_signed: bool
    """The client has signed an act of it."""

    @property
    def is_done(self) -> bool:
        """An act signed while the crew packs up settles it; one of a part does not."""
        return self.status in FINISHED or (self.is_signed and self.status == JobStatus.IN_PROGRESS)


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
