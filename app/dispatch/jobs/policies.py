"""Decisions about jobs and orders: values in, values out."""

from collections.abc import Iterable
from enum import StrEnum

from app.dispatch.visits.policies import VisitStatus


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


def is_installed(statuses: Iterable[str]) -> bool:
    """Whether the installation jobs of an order, at least one of them done, leave nothing to install."""
    present = set(statuses) - {JobStatus.CANCELED}
    return bool(present) and present <= FINISHED


ORDER_STEPS = list(OrderStatus)
"""In the order they are reached; the last one, canceled, from anywhere."""


def later_order_status(was: str, to: str) -> OrderStatus:
    """An order never goes back: the later of the two."""
    return max(OrderStatus(was), OrderStatus(to), key=ORDER_STEPS.index)
