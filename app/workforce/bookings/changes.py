"""Changes that book the time of workers for a visit, or free it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from app.core.changes import Cut, Delete, Insert, InsertMany
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


def name_on_visit(visit: VisitTime, workers: Sequence[UUID]) -> InsertMany:
    """Let these workers see the visit although it takes none of their time. Bookings they have stay as they are."""
    row = {"visit_id": visit.visit_id, "job_id": visit.job_id, "period": Range(empty=True)}
    return InsertMany(
        "visit_booking", [row | {"worker_id": worker_id} for worker_id in sorted(workers)], once=True
    )


def free_time(visit_id: UUID) -> Delete:
    """Free the whole time of a visit."""
    return Delete("visit_booking", {"visit_id": visit_id})


def free_workers(visit_id: UUID, workers: Sequence[UUID]) -> Delete:
    """Free the whole time of a visit for these workers. They no longer see it."""
    return Delete("visit_booking", {"visit_id": visit_id, "worker_id": list(workers)})


def free_rest(visit: VisitTime, *, since: datetime) -> list[Cut]:
    """Free the time of a visit from `since` on, because the visit is over or will take less time.

    A visit that ended before its planned start takes no time any more. Its workers stay booked for it: this is
    how they still see it.
    """
    if since >= visit.ends_at:
        return []
    return [Cut("visit_booking", {"visit_id": visit.visit_id}, "period", since)]
