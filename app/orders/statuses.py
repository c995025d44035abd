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
