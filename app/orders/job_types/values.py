"""What other modules get to know of a job type."""

from typing import Self
from uuid import UUID

import msgspec

from app.orders.job_types.models import JobType


class JobTypeFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A job type as it is now."""

    id: UUID
    code: str
    kind: str
    name: str
    duration_min: int
    required_skills: list[str]

    @classmethod
    def of(cls, job_type: JobType) -> Self:
        return cls(**{name: getattr(job_type, name) for name in cls.__struct_fields__})
