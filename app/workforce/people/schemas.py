import json
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from app.http.schemas import In, Lat, Lon, Name, Out, Patch, Point
from app.identity.api import UserAccount
from app.workforce.people.models import Worker
from app.workforce.people.queries import Area
from app.workforce.skills.models import Skill

SkillCode = Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,39}$", examples=["measure"])]
SkillCodes = Annotated[list[SkillCode], Meta(max_length=50)]
WorkerRole = Literal["measurer", "installer", "service_master", "foreman", "subcontractor"]


class PutSkill(In):
    name: Name


class SkillOut(Out):
    code: str
    name: str

    @classmethod
    def of(cls, skill: Skill) -> Self:
        return cls(code=skill.code, name=skill.name)


class SkillsOut(Out):
    items: list[SkillOut]


class CreateWorker(In):
    name: Name
    phone: Annotated[str, Meta(min_length=3, max_length=50, examples=["8 (916) 123-45-67"])]
    """The worker signs in by it."""
    roles: Annotated[list[WorkerRole], Meta(min_length=1, max_length=5)]
    skills: SkillCodes = []
    home: Point | None = None
    """Where the working day begins: the way to a client is counted from it when the position is not known."""
    lang: Literal["ru", "en"] = "ru"


class UpdateWorker(Patch):
    """Name, phone and roles are those of the person: see `updateUser`."""

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
    """The last known one; only dispatchers and managers see it."""
    territory_ids: list[UUID]
    """None: everywhere."""
    is_active: bool
    """False also of somebody who was dismissed (`updateUser`), whatever was set here."""
    version: int

    @classmethod
    def of(
        cls, worker: Worker, account: UserAccount, territory_ids: list[UUID], *, sees_position: bool
    ) -> Self:
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
            version=worker.row_version,
        )


def _position_of(worker: Worker) -> PositionOut | None:
    if worker.position is None or worker.position_at is None:
        return None
    return PositionOut(
        point=Point.of(worker.position), at=worker.position_at, accuracy_m=worker.position_accuracy_m
    )


Corner = tuple[Lon, Lat]
Rings = Annotated[
    list[Annotated[list[Corner], Meta(min_length=4, max_length=2000)]],
    Meta(
        min_length=1,
        max_length=20,
        description="`coordinates` of a GeoJSON Polygon: rings of [longitude, latitude], the outer one first, "
        "each ending where it began",
    ),
]


class CreateTerritory(In):
    name: Name
    coordinates: Rings


class UpdateTerritory(Patch):
    name: Name | UnsetType = UNSET
    coordinates: Rings | UnsetType = UNSET


class TerritoryOut(Out):
    id: UUID
    name: str
    coordinates: list[list[tuple[float, float]]]
    version: int

    @classmethod
    def of(cls, area: Area) -> Self:
        polygon: dict[str, Any] = json.loads(area.geojson)  # PostGIS's own GeoJSON
        return cls(id=area.id, name=area.name, coordinates=polygon["coordinates"], version=area.version)


class TerritoriesOut(Out):
    items: list[TerritoryOut]


class PutTerritories(In):
    territory_ids: Annotated[list[UUID], Meta(max_length=200)]
