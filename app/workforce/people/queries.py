"""All SQL about skills, workers, their territories and positions."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from geoalchemy2 import WKTElement
from sqlalchemy import ColumnElement, Select, and_, any_, delete, exists, func, literal, select, true, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import InstrumentedAttribute

from app.core.scope import Scope
from app.db.points import SRID, LatLon, geography_of
from app.db.session import Session
from app.identity.api import UserAccount
from app.workforce.absences.models import Absence
from app.workforce.people.models import Worker, WorkerTerritory
from app.workforce.shifts.models import Shift
from app.workforce.skills.models import Skill
from app.workforce.territories.models import Territory


async def find_skills(session: Session, company_id: UUID) -> Sequence[Skill]:
    query = select(Skill).where(Skill.company_id == company_id).order_by(Skill.code)
    return (await session.scalars(query)).all()


async def find_skill_codes(session: Session, company_id: UUID, codes: Sequence[str]) -> set[str]:
    """Those of these codes the company knows."""
    query = select(Skill.code).where(Skill.company_id == company_id, Skill.code.in_(codes))
    return set(await session.scalars(query))


async def put_skill(session: Session, company_id: UUID, *, code: str, name: str) -> None:
    put = insert(Skill).values(company_id=company_id, code=code, name=name)
    keys = [Skill.company_id, Skill.code]
    await session.execute(put.on_conflict_do_update(index_elements=keys, set_={"name": name}))


async def add_missing_skills(session: Session, company_id: UUID, names: dict[str, str]) -> None:
    rows = [{"company_id": company_id, "code": code, "name": name} for code, name in names.items()]
    await session.execute(insert(Skill).values(rows).on_conflict_do_nothing())


def is_employed(
    company_id: InstrumentedAttribute[UUID], person_id: InstrumentedAttribute[UUID]
) -> ColumnElement[bool]:
    """Whoever has been dismissed cannot sign in to answer, though he still is a worker of the company."""
    person = UserAccount.company_id == company_id, UserAccount.id == person_id
    return exists().where(*person, UserAccount.is_active.is_(True))


def select_workers(scope: Scope, *, skill: str | None, is_active: bool | None) -> Select[Worker]:
    works = and_(Worker.is_active, is_employed(Worker.company_id, Worker.id))
    return select(Worker).where(
        Worker.company_id == scope.company_id,
        literal(skill) == any_(Worker.skills) if skill else true(),
        works.is_(is_active) if is_active is not None else true(),
    )


async def get_worker(session: Session, company_id: UUID, worker_id: UUID) -> Worker | None:
    query = select(Worker).where(Worker.company_id == company_id, Worker.id == worker_id)
    return await session.scalar(query)


async def find_workers(session: Session, company_id: UUID, ids: Sequence[UUID]) -> Sequence[Worker]:
    query = select(Worker).where(Worker.company_id == company_id, Worker.id.in_(ids))
    return (await session.scalars(query)).all()


async def find_territory_ids(
    session: Session, company_id: UUID, worker_ids: Sequence[UUID]
) -> dict[UUID, list[UUID]]:
    """By worker; who has none is not in it."""
    query = (
        select(WorkerTerritory.worker_id, func.array_agg(WorkerTerritory.territory_id))
        .where(WorkerTerritory.company_id == company_id, WorkerTerritory.worker_id.in_(worker_ids))
        .group_by(WorkerTerritory.worker_id)
    )
    return {worker_id: sorted(ids) for worker_id, ids in await session.execute(query)}


async def replace_territories(
    session: Session, company_id: UUID, worker_id: UUID, territory_ids: Sequence[UUID]
) -> None:
    held = (WorkerTerritory.company_id == company_id, WorkerTerritory.worker_id == worker_id)
    await session.execute(delete(WorkerTerritory).where(*held))
    rows = [{"company_id": company_id, "worker_id": worker_id, "territory_id": one} for one in territory_ids]
    if rows:
        await session.execute(insert(WorkerTerritory).values(rows))


class Area(NamedTuple):
    """A territory as it is shown."""

    id: UUID
    name: str
    version: int
    geojson: str


async def find_areas(session: Session, company_id: UUID, *, territory_id: UUID | None = None) -> list[Area]:
    """All of the company, or the one."""
    query = (
        select(Territory.id, Territory.name, Territory.row_version, func.ST_AsGeoJSON(Territory.area))
        .where(Territory.company_id == company_id, Territory.id == territory_id if territory_id else true())
        .order_by(Territory.name, Territory.id)
    )
    return [Area(*row) for row in await session.execute(query)]


async def find_known_territories(session: Session, company_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    query = select(Territory.id).where(Territory.company_id == company_id, Territory.id.in_(ids))
    return set(await session.scalars(query))


async def get_territory(session: Session, company_id: UUID, territory_id: UUID) -> Territory | None:
    query = select(Territory).where(Territory.company_id == company_id, Territory.id == territory_id)
    return await session.scalar(query)


async def is_simple_polygon(session: Session, polygon: str) -> bool:
    """Whether its border crosses neither itself nor its holes."""
    return bool(await session.scalar(select(func.ST_IsValid(func.ST_GeomFromText(polygon, SRID)))))


def area_of(polygon: str) -> WKTElement:
    return WKTElement(polygon, srid=SRID)


async def is_on_duty(session: Session, company_id: UUID, worker_id: UUID, *, moment: datetime) -> bool:
    """On shift and not absent."""
    on_shift = exists().where(
        Shift.company_id == company_id, Shift.worker_id == worker_id, Shift.period.contains(moment)
    )
    absent = exists().where(
        Absence.company_id == company_id, Absence.worker_id == worker_id, Absence.period.contains(moment)
    )
    return bool(await session.scalar(select(and_(on_shift, ~absent))))


async def move_worker(
    session: Session, company_id: UUID, worker_id: UUID, *, place: LatLon, accuracy_m: float, at: datetime
) -> bool:
    """Set the last known position, unless a newer one is known. Not an edit: the version stays."""
    moved = (
        update(Worker)
        .where(
            Worker.company_id == company_id,
            Worker.id == worker_id,
            Worker.position_at.is_(None) | (Worker.position_at < at),
        )
        .values(position=geography_of(*place), position_at=at, position_accuracy_m=accuracy_m)
        .returning(Worker.id)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(moved)).first() is not None
