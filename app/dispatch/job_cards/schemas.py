from datetime import datetime
from typing import Self
from uuid import UUID

from app.clients.api import ClientOut, SiteOut
from app.dispatch.visits.models import Visit
from app.http.schemas import Out
from app.orders.api import JobOut, JobTypeFacts, OrderOut


class JobVisitOut(Out):
    """A visit as it stands on the card of its job."""

    id: UUID
    number: int
    status: str
    status_reason: str | None
    starts_at: datetime
    ends_at: datetime
    window_starts_at: datetime
    window_ends_at: datetime
    worker_id: UUID | None
    """The worker, or the foreman of the crew."""
    worker_name: str | None
    crew_id: UUID | None
    crew_name: str | None

    @classmethod
    def of(cls, visit: Visit, workers: dict[UUID, str], crews: dict[UUID, str]) -> Self:
        return cls(
            id=visit.id,
            number=visit.number,
            status=visit.status,
            status_reason=visit.status_reason,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            window_starts_at=visit.window_starts_at,
            window_ends_at=visit.window_ends_at,
            worker_id=visit.worker_id,
            worker_name=workers.get(visit.worker_id) if visit.worker_id else None,
            crew_id=visit.crew_id,
            crew_name=crews.get(visit.crew_id) if visit.crew_id else None,
        )


class JobTypeName(Out):
    id: UUID
    code: str
    name: str
    duration_min: int

    @classmethod
    def of(cls, job_type: JobTypeFacts) -> Self:
        return cls(id=job_type.id, code=job_type.code, name=job_type.name, duration_min=job_type.duration_min)


class JobCard(Out):
    """A job with everything a dispatcher wants to see beside it."""

    job: JobOut
    job_type: JobTypeName
    client: ClientOut
    site: SiteOut
    order: OrderOut
    visits: list[JobVisitOut]
    version: int
    """Of the job."""
