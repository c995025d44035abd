from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from app.http.schemas import In, Moment, Name, Out, Patch
from app.workforce.crews.models import CrewMember
from app.workforce.crews.service import CrewWithMembers

Share = Annotated[int, Meta(ge=1, le=1000, description="Weight in the division of rewards")]
Vehicle = Annotated[str, Meta(max_length=200, examples=["ГАЗель, А123ВС 77"])]


class CreateCrew(In):
    name: Name
    foreman_id: UUID
    """Answers offers for the crew, and is its first member."""
    vehicle: Vehicle = ""
    share: Share = 1
    """Share of the foreman."""
    since: Moment | None = None
    """When the foreman becomes a member. Now by default."""


class UpdateCrew(Patch):
    name: Name | UnsetType = UNSET
    foreman_id: UUID | UnsetType = UNSET
    """A member of the crew."""
    vehicle: Vehicle | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class MemberOut(Out):
    worker_id: UUID
    name: str
    share: int
    since: datetime | None
    until: datetime | None

    @classmethod
    def of(cls, member: CrewMember, names: dict[UUID, str]) -> Self:
        return cls(
            worker_id=member.worker_id,
            name=names[member.worker_id],
            share=member.share,
            since=member.period.lower,
            until=member.period.upper,
        )


class CrewOut(Out):
    id: UUID
    name: str
    foreman_id: UUID
    foreman_name: str
    vehicle: str
    is_active: bool
    members: list[MemberOut]
    """All past, present and coming members with their dates, earliest first."""
    version: int

    @classmethod
    def of(cls, found: CrewWithMembers) -> Self:
        crew = found.crew
        return cls(
            id=crew.id,
            name=crew.name,
            foreman_id=crew.foreman_id,
            foreman_name=found.names[crew.foreman_id],
            vehicle=crew.vehicle,
            is_active=crew.is_active,
            members=[MemberOut.of(member, found.names) for member in found.members],
            version=crew.row_version,
        )
