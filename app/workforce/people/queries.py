"""All SQL about workers and their territories."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, and_, any_, bindparam, delete, func, literal, select, true
from sqlalchemy.dialects.postgresql import insert

from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.db.work import Work
from app.identity.api import is_employed
from app.identity.tables import UserAccount
from app.workforce.people.models import Worker, WorkerTerritory

WORKS = and_(Worker.is_active, is_employed(Worker.company_id, Worker.id))


def select_workers(
    scope: Scope, *, skill: str | None, is_active: bool | None, is_archived: bool = False
) -> Select[Worker]:
    return select(Worker).where(
        Worker.company_id == scope.company_id,
        Worker.archived_at.is_not(None) if is_archived else Worker.archived_at.is_(None),
        literal(skill) == any_(Worker.skills) if skill else true(),
        WORKS.is_(is_active) if is_active is not None else true(),
    )


class Colleague(NamedTuple):
    id: UUID
    name: str


COLLEAGUES = Query(
    select(Worker.id, UserAccount.name)
    .join(UserAccount, and_(UserAccount.company_id == Worker.company_id, UserAccount.id == Worker.id))
    .where(
        Worker.company_id == bindparam("company", type_=Uuid),
        Worker.archived_at.is_(None),
        Worker.is_active,
        UserAccount.is_active,
    )
    .order_by(Worker.id),
    Colleague,
)


async def find_all_colleagues(work: Work) -> list[Colleague]:
    """Everybody who works for the company now, in one statement, for phones."""
    return await work.all(COLLEAGUES)


NAMES = Query(
    select(UserAccount.id, UserAccount.name).where(
        UserAccount.company_id == bindparam("company", type_=Uuid),
        UserAccount.id == any_(bindparam("ids", type_=ARRAY(Uuid))),
    ),
    Colleague,
)


async def find_names(work: Work, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names of workers by id, also of those who have left. Ids of another company are left out."""
    return {one.id: one.name for one in await work.all(NAMES, ids=ids)}


async def find_working(session: Session, company_id: UUID, worker_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these people who are workers of the company now."""
    query = select(Worker.id).where(Worker.company_id == company_id, Worker.id.in_(worker_ids), WORKS)
    return set(await session.scalars(query))


async def get_worker(session: Session, company_id: UUID, worker_id: UUID) -> Worker | None:
    query = select(Worker).where(Worker.company_id == company_id, Worker.id == worker_id)
    return await session.scalar(query)


async def find_territory_ids(
    session: Session, company_id: UUID, worker_ids: Sequence[UUID]
) -> dict[UUID, list[UUID]]:
    """Territories by worker. Workers without territories are left out."""
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
