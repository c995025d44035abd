from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from msgspec import UNSET, UnsetType

from app.clients.api import Client, ClientOut, Site, SiteOut
from app.dispatch.visits.models import Visit
from app.http.schemas import In, LongText, Out, Patch, Text
from app.orders.client_orders.models import ClientOrder
from app.orders.job_types.models import JobType
from app.orders.jobs.models import Job
from app.workforce.api import SkillCodes

Priority = Literal["low", "normal", "high", "urgent"]


class CreateJob(In):
    client_id: UUID
    site_id: UUID
    job_type_id: UUID
    order_id: UUID | None = None
    """Of the same site; by default the client's new order."""
    priority: Priority = "normal"
    instructions: LongText = ""
    required_skills: SkillCodes | None = None
    """By default those of the job type."""


class UpdateJob(Patch):
    priority: Priority | UnsetType = UNSET
    instructions: LongText | UnsetType = UNSET
    required_skills: SkillCodes | UnsetType = UNSET


class CancelJob(In):
    reason: Text


class CancelOrder(In):
    reason: Text


class JobOut(Out):
    id: UUID
    number: int
    kind: str
    job_type_id: UUID
    order_id: UUID
    client_id: UUID
    client_name: str
    site_id: UUID
    address: str
    status: str
    """new, planned, in_progress or completed, as its visits say; closed or canceled, as the office said."""
    priority: str
    required_skills: list[str]
    instructions: str
    canceled_reason: str | None
    created_at: datetime
    version: int

    @classmethod
    def of(cls, job: Job, client: Client, site: Site) -> Self:
        return cls(
            id=job.id,
            number=job.number,
            kind=job.kind,
            job_type_id=job.job_type_id,
            order_id=job.order_id,
            client_id=job.client_id,
            client_name=name_of(client),
            site_id=job.site_id,
            address=site.address,
            status=job.status,
            priority=job.priority,
            required_skills=job.required_skills,
            instructions=job.instructions,
            canceled_reason=job.canceled_reason,
            created_at=job.created_at,
            version=job.row_version,
        )


def name_of(client: Client) -> str:
    return f"{client.surname} {client.name}".strip()


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
    """Who answers for it; of a crew the foreman."""
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


class OrderOut(Out):
    id: UUID
    number: int
    client_id: UUID
    site_id: UUID
    status: str
    """new, measured, prepaid, in_production, ready, installation_planned, installed, handed_over or canceled.
    It follows what holds now: a canceled installation takes it back."""
    prepaid_kop: int
    """Kopecks taken so far."""
    canceled_reason: str | None
    created_at: datetime

    @classmethod
    def of(cls, order: ClientOrder) -> Self:
        return cls(
            id=order.id,
            number=order.number,
            client_id=order.client_id,
            site_id=order.site_id,
            status=order.status,
            prepaid_kop=order.prepaid_kop,
            canceled_reason=order.canceled_reason,
            created_at=order.created_at,
        )


class JobTypeName(Out):
    id: UUID
    code: str
    name: str
    duration_min: int

    @classmethod
    def of(cls, job_type: JobType) -> Self:
        return cls(id=job_type.id, code=job_type.code, name=job_type.name, duration_min=job_type.duration_min)


class JobCard(Out):
    """Everything a dispatcher wants to see of a job at once."""

    job: JobOut
    job_type: JobTypeName
    client: ClientOut
    site: SiteOut
    order: OrderOut
    visits: list[JobVisitOut]
    version: int
    """Of the job."""


class OrderCard(Out):
    """An order with its jobs, oldest first."""

    order: OrderOut
    client: ClientOut
    site: SiteOut
    jobs: list[JobOut]

    @classmethod
    def of(
        cls, order: ClientOrder, client: Client, site: Site, jobs: Sequence[Job], *, sees_phones: bool
    ) -> Self:
        return cls(
            order=OrderOut.of(order),
            client=ClientOut.of(client, sees_phones=sees_phones),
            site=SiteOut.of(site),
            jobs=[JobOut.of(job, client, site) for job in jobs],
        )
