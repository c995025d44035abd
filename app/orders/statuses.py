"""The kinds and states of what a client buys, in one place: slices that know each other's states need not
know each other."""

from enum import StrEnum


class JobKind(StrEnum):
    MEASUREMENT = "measurement"
    INSTALLATION = "installation"
    SERVICE = "service"
    DELIVERY = "delivery"
    CLAIM = "claim"


class JobStatus(StrEnum):
    """Derived from the visits of the job."""

    NEW = "new"
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    CLOSED = "closed"
    CANCELED = "canceled"


class OrderStatus(StrEnum):
    """Derived from what holds of the order."""

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
"""Set by the office; whatever its visits do, such a job stays what it is."""
JOB_FINISHED = JOB_OVER | {JobStatus.COMPLETED}

MADE = frozenset({ProductionStatus.READY, ProductionStatus.DELIVERED})
"""The windows are there: at the plant's gate or ours."""
