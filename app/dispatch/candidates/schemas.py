from typing import Self
from uuid import UUID

from app.dispatch.candidates.policies import Candidate
from app.http.schemas import Out


class CandidateOut(Out):
    kind: str
    """worker or crew: offer the visit to `id` as `worker_id` or `crew_id`."""
    id: UUID
    worker_id: UUID
    """Who would be asked: the worker himself, or the foreman of the crew."""
    name: str
    distance_m: int | None
    """In a straight line, from his position if it is not older than 15 minutes and the visit begins within 12 hours,
    else from his home base."""
    position_source: str
    """actual, home or none."""
    refused_because: list[str]
    """Empty when he can come. Codes about the visit: job_over, in_the_past, has_begun, not_ready_then. About
    people: skill_missing:<code>, clash, not_on_shift, absent, outside_territory, not_active, in_crew:<id>,
    no_members, foreman_missing, already_offered, declined_before, offer_expired_before."""

    @classmethod
    def of(cls, candidate: Candidate) -> Self:
        return cls(**{name: getattr(candidate, name) for name in cls.__struct_fields__})


class CandidatesOut(Out):
    items: list[CandidateOut]
