from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from app.http.schemas import In, Name, Out, Patch, Point
from app.identity.api import Account
from app.workforce.people.models import Worker
from app.workforce.skills.schemas import SkillCodes

WorkerRole = Literal["measurer", "installer", "service_master", "foreman", "subcontractor"]


class CreateWorker(In):
    name: Name
    phone: Annotated[str, Meta(min_length=3, max_length=50, examples=["8 (916) 123-45-67"])]
    """The worker signs in with this phone."""
    roles: Annotated[list[WorkerRole], Meta(min_length=1, max_length=5)]
    skills: SkillCodes = []
    home: Point | None = None
    """Where the working day begins. The way to a client is counted from here if the position is not known."""
    lang: Literal["ru", "en"] = "ru"


class UpdateWorker(Patch):
    """To change name, phone and roles, use `updateUser`."""

    skills: SkillCodes | UnsetType = UNSET
    home: Point | UnsetType | None = UNSET
    is_active: bool | UnsetType = UNSET


class PositionOut(Out):
    point: Point
    at: datetime
    accuracy_m: float | None


class WorkerOut(Out):
    id: UUID
    name: str
    phone: str | None
    roles: list[str]
    skills: list[str]
    home: Point | None
    position: PositionOut | None
    """The last known position. Only dispatchers and managers see it."""
    territory_ids: list[UUID]
    """An empty list means everywhere."""
    is_active: bool
    """Also false if the user account is not active (see `updateUser`)."""
    is_archived: bool
    version: int

    @classmethod
    def of(cls, worker: Worker, account: Account, territory_ids: list[UUID], *, sees_position: bool) -> Self:
        return cls(
            id=worker.id,
            name=account.name,
            phone=account.phone,
            roles=account.roles,
            skills=worker.skills,
            home=Point.of(worker.home) if worker.home is not None else None,
            position=_position_of(worker) if sees_position else None,
            territory_ids=territory_ids,
            is_active=worker.is_active and account.is_active,
            is_archived=worker.archived_at is not None,
            version=worker.row_version,
        )


def _position_of(worker: Worker) -> PositionOut | None:
    if worker.position is None or worker.position_at is None:
        return None
    return PositionOut(
        point=Point.of(worker.position), at=worker.position_at, accuracy_m=worker.position_accuracy_m
    )


class PutTerritories(In):
    territory_ids: Annotated[list[UUID], Meta(max_length=200)]
