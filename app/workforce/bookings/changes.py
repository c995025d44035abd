"""Changes that book the time of workers for a visit, or free it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from app.core.changes import Delete, Insert, Update
from app.core.errors import DomainError
from app.workforce.bookings.queries import VisitTime


def take_time(visit: VisitTime, workers: Sequence[UUID], *, if_taken: type[DomainError]) -> list[Insert]:
    """Book all workers for a visit, or none: the exclusion constraint refuses a double booking.

    Workers are booked in the same order everywhere, so that two transactions cannot deadlock.
    """
    row = {"visit_id": visit.visit_id, "job_id": visit.job_id, "period": visit.period}
    return [
        Insert("visit_booking", row | {"worker_id": worker_id}, if_taken=if_taken)
        for worker_id in sorted(workers)
    ]


def free_time(visit_id: UUID) -> Delete:
    """Free the whole time of a visit."""
    return Delete("visit_booking", {"visit_id": visit_id})


def free_rest(visit: VisitTime, *, since: datetime) -> list[Update]:
    """Free the time of a visit from `since` on, because the visit is over.

    A visit that was over before its planned start takes no time at all. Its row stays with an empty period,
    because it says that the worker may see the visit.
    """
    if since >= visit.ends_at:
        return []
    period = Range(visit.starts_at, max(visit.starts_at, since))
    return [Update("visit_booking", {"visit_id": visit.visit_id}, {"period": period})]
