"""Kinds and statuses of jobs, orders and production orders.

They are in one place so that slices can use each other's statuses without importing each other.
"""

from enum import StrEnum


class JobKind(StrEnum):
    MEASUREMENT = "measurement"
    INSTALLATION = "installation"
    SERVICE = "service"
    DELIVERY = "delivery"
    CLAIM = "claim"


class JobStatus(StrEnum):
    """Follows from the visits of the job, except for `closed` and `canceled`."""

    NEW = "new"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CLOSED = "closed"
    CANCELED = "canceled"


class OrderStatus(StrEnum):
    """Follows from the order's jobs, payments and production orders: see `client_orders.policies`."""

    NEW = "new"
    MEASURED = "measured"
    PREPAID = "prepaid"
    IN_PRODUCTION = "in_production"
    READY = "ready"
    INSTALLATION_PLANNED = "installation_planned"
    INSTALLED = "installed"
    HANDED_OVER = "handed_over"
    CANCELED = "canceled"


class ProductionStatus(StrEnum):
    PLACED = "placed"
    CONFIRMED = "confirmed"
    IN_PRODUCTION = "in_production"
    READY = "ready"
    DELIVERED = "delivered"
    CANCELED = "canceled"


JOB_OVER = frozenset({JobStatus.CLOSED, JobStatus.CANCELED})
"""Set by the office. Visits cannot change a job with one of these statuses."""
JOB_FINISHED = JOB_OVER | {JobStatus.COMPLETED}

MADE = frozenset({ProductionStatus.READY, ProductionStatus.DELIVERED})
"""The windows are made."""

J = JobStatus

JOB_MOVES: dict[JobStatus, frozenset[JobStatus]] = {
    J.NEW: frozenset({J.PLANNED, J.IN_PROGRESS, J.CANCELED}),
    J.PLANNED: frozenset({J.NEW, J.IN_PROGRESS, J.CANCELED}),
    J.IN_PROGRESS: frozenset({J.NEW, J.PLANNED, J.COMPLETED, J.CANCELED}),
    J.COMPLETED: frozenset({J.IN_PROGRESS, J.CLOSED}),
    J.CLOSED: frozenset(),
    J.CANCELED: frozenset(),
}
"""Every move of a job: by its visits, or by the office to `closed` and `canceled`. The database refuses others."""

INSTALLED = frozenset({OrderStatus.INSTALLED, OrderStatus.HANDED_OVER})
CANCELED = frozenset({OrderStatus.CANCELED})
ORDER_MOVES: dict[OrderStatus, frozenset[OrderStatus]] = {
    was: frozenset(OrderStatus) - {was} - (CANCELED if was in INSTALLED else frozenset())
    for was in OrderStatus
    if was not in CANCELED
} | {OrderStatus.CANCELED: frozenset()}
"""An order goes on and back with what holds of it. Only the office cancels it, for good, and not what is installed.
The database refuses other moves."""


def may_job_move(was: str, to: JobStatus) -> bool:
    return to in JOB_MOVES[JobStatus(was)]
