"""What other modules get to know of a job."""

from datetime import datetime
from typing import Self
from uuid import UUID

import msgspec

from app.orders.jobs.models import Job


class JobFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A job as it is now."""

    id: UUID
    number: int
    kind: str
    job_type_id: UUID
    order_id: UUID
    client_id: UUID
    site_id: UUID
    status: str
    priority: str
    required_skills: list[str]
    instructions: str
    canceled_reason: str | None
    done_client_name: str | None
    done_address: str | None
    created_at: datetime
    row_version: int

    @classmethod
    def of(cls, job: Job) -> Self:
        return cls(**{name: getattr(job, name) for name in cls.__struct_fields__})
