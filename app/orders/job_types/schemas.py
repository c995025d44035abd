from typing import Annotated, Self
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from app.http.schemas import In, Name, Out, Patch
from app.orders.job_types.models import JobType
from app.orders.job_types.policies import Action
from app.orders.proofs.schemas import ProofRule
from app.orders.statuses import JobKind
from app.workforce.api import SkillCodes

Code = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["measurement"])]
DurationMin = Annotated[int, Meta(ge=5, le=2880, description="Minutes")]
AcceptWithin = Annotated[int, Meta(ge=1, le=7 * 86400, description="Seconds to answer an offer")]


class LadderStep(In):
    """One step of the escalation of an unanswered offer."""

    at: Annotated[float, Meta(gt=0, le=100)]
    """When the step is due, counted from the first offer: 0.5 is half of the time to accept, 1 is the deadline.
    If the company has set hours for answers, only the time in them counts. After the next candidate is asked, the
    later steps are counted from then, in his hours."""
    action: Action


Ladder = Annotated[list[LadderStep], Meta(max_length=20)]
Proofs = Annotated[list[ProofRule], Meta(max_length=100)]


class CreateJobType(In):
    code: Code
    kind: JobKind
    name: Name
    duration_min: DurationMin
    required_skills: SkillCodes = []
    accept_within_s: AcceptWithin = 900
    ladder: Ladder | UnsetType = UNSET
    """By default the worker is reminded at half time. At the deadline the dispatcher is told and the next
    candidate gets an offer; he is reminded at 1.5. The supervisor is told at 2. With an empty list nobody is
    told anything."""
    proofs: Proofs = []
    """What a visit needs at which stage, and which forms it shows. Phones get the same rules."""


class UpdateJobType(Patch):
    name: Name | UnsetType = UNSET
    duration_min: DurationMin | UnsetType = UNSET
    required_skills: SkillCodes | UnsetType = UNSET
    accept_within_s: AcceptWithin | UnsetType = UNSET
    ladder: Ladder | UnsetType = UNSET
    proofs: Proofs | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class JobTypeOut(Out):
    id: UUID
    code: str
    kind: str
    name: str
    duration_min: int
    required_skills: list[str]
    accept_within_s: int
    ladder: list[LadderStep]
    proofs: list[ProofRule]
    is_active: bool
    version: int

    @classmethod
    def of(cls, job_type: JobType) -> Self:
        return cls(
            id=job_type.id,
            code=job_type.code,
            kind=job_type.kind,
            name=job_type.name,
            duration_min=job_type.duration_min,
            required_skills=job_type.required_skills,
            accept_within_s=job_type.accept_within_s,
            ladder=msgspec.convert(job_type.ladder, list[LadderStep]),
            proofs=msgspec.convert(job_type.proofs, list[ProofRule]),
            is_active=job_type.is_active,
            version=job_type.row_version,
        )


class JobTypesOut(Out):
    items: list[JobTypeOut]
