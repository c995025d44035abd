from collections.abc import Sequence
from datetime import datetime
from typing import Literal, Self
from uuid import UUID

from msgspec import UNSET, UnsetType

from app.clients.api import ClientFacts, ClientOut, SiteFacts, SiteOut
from app.http.schemas import In, LongText, Out, Patch
from app.orders.client_orders.schemas import OrderOut
from app.orders.client_orders.values import ClientOrderFacts
from app.orders.jobs.values import JobFacts
from app.orders.statuses import JobStatus
from app.workforce.api import SkillCodes

Priority = Literal["low", "normal", "high", "urgent"]


class CreateJob(In):
    client_id: UUID
    site_id: UUID
    job_type_id: UUID
    order_id: UUID | None = None
    """An order of the same site. By default a new order is opened."""
    priority: Priority = "normal"
    instructions: LongText = ""
    required_skills: SkillCodes | None = None
    """By default the skills of the job type."""


class UpdateJob(Patch):
    priority: Priority | UnsetType = UNSET
    instructions: LongText | UnsetType = UNSET
    required_skills: SkillCodes | UnsetType = UNSET


class JobOut(Out):
    id: UUID
    number: int
    kind: str
    job_type_id: UUID
    order_id: UUID
    client_id: UUID
    client_name: str
    """Of a job that is done: the name under which it was done, whatever the client's card says now."""
    site_id: UUID
    address: str
    """Of a job that is done: where it was done."""
    status: str
    """new, planned, in_progress or completed follow from the visits. closed and canceled are set by the office."""
    priority: str
    required_skills: list[str]
    instructions: str
    canceled_reason: str | None
    created_at: datetime
    version: int

    @classmethod
    def of(cls, job: JobFacts, client: ClientFacts, site: SiteFacts) -> Self:
        is_done = job.status in (JobStatus.COMPLETED, JobStatus.CLOSED)
        return cls(
            id=job.id,
            number=job.number,
            kind=job.kind,
            job_type_id=job.job_type_id,
            order_id=job.order_id,
            client_id=job.client_id,
            client_name=(job.done_client_name if is_done else None) or client.full_name,
            site_id=job.site_id,
            address=(job.done_address if is_done else None) or site.address,
            status=job.status,
            priority=job.priority,
            required_skills=job.required_skills,
            instructions=job.instructions,
            canceled_reason=job.canceled_reason,
            created_at=job.created_at,
            version=job.row_version,
        )


class OrderCard(Out):
    """An order with its jobs, oldest first."""

    order: OrderOut
    client: ClientOut
    site: SiteOut
    jobs: list[JobOut]

    @classmethod
    def of(
        cls,
        order: ClientOrderFacts,
        client: ClientFacts,
        site: SiteFacts,
        jobs: Sequence[JobFacts],
        *,
        sees_phones: bool,
    ) -> Self:
        return cls(
            order=OrderOut.of(order),
            client=ClientOut.of(client, sees_phones=sees_phones),
            site=SiteOut.of(site),
            jobs=[JobOut.of(job, client, site) for job in jobs],
        )
