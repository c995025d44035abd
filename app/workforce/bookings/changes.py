"""The time of workers, taken and given back: changes for whoever decides about a visit."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from app.core.changes import Delete, Insert, Update
from app.core.errors import DomainError
from app.workforce.bookings.queries import VisitTime


def take_time(visit: VisitTime, workers: Sequence[UUID], *, if_taken: type[DomainError]) -> list[Insert]:
    """The time of every worker, or of none: the exclusion constraint lets nobody be in
    two places. In one order everywhere, so that two who wait for each other cannot be."""
    row = {"visit_id": visit.visit_id, "job_id": visit.job_id, "period": visit.period}
    return [
        Insert("visit_booking", row | {"worker_id": worker_id}, if_taken=if_taken)
        for worker_id in sorted(workers)
    ]


def free_time(visit_id: UUID) -> Delete:
    """The time a visit takes is free again."""
    return Delete("visit_booking", {"visit_id": visit_id})


def free_rest(visit: VisitTime, *, since: datetime) -> list[Update]:
    """The visit is over at `since`: the rest of its time is free again."""
    if not visit.starts_at < since < visit.ends_at:
        return []
    period = Range(visit.starts_at, since)
    return [Update("visit_booking", {"visit_id": visit.visit_id}, {"period": period})]
