"""The people who go to clients: what they can do, where they work, where they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.contracts.workforce import AvailabilityChanged
from app.core.errors import DomainError, NotFound
from app.core.scope import Role, Scope
from app.db.card_changes import note_change
from app.db.outbox import announce
from app.db.session import Session
from app.http.paging import fetch_page
from app.http.schemas import Point
from app.identity import api as identity
from app.identity.api import Account
from app.workforce.people import queries
from app.workforce.people.models import Worker
from app.workforce.skills.service import check_skills
from app.workforce.territories.queries import find_known_territories
from app.workforce.territories.service import TerritoryNotFound


class WorkerNotFound(NotFound):
    code = "worker_not_found"


class WorkerArchived(DomainError):
    """The worker is in the archive. Restore him before he works again."""

    code = "worker_archived"


class Person(NamedTuple):
    """A worker with his user account and territories."""

    worker: Worker
    account: Account
    territory_ids: list[UUID]


async def create_worker(
    session: Session,
    scope: Scope,
    *,
    name: str,
    phone: str,
    roles: Sequence[str],
    skills: Sequence[str],
    home: Point | None,
    lang: str,
) -> Person:
    """Add a worker: a user account to sign in with, and his skills.

    Raises:
        SkillUnknown: no such skill.
        PhoneTaken, PhoneInvalid: from identity.
    """
    known_skills = await check_skills(session, scope.company_id, skills)
    account = await identity.create_user(
        session,
        scope.company_id,
        name=name.strip(),
        roles=[Role(role) for role in roles],
        phone=phone,
        lang=lang,
    )
    worker = Worker(
        company_id=scope.company_id,
        id=account.id,
        skills=known_skills,
        home=home.geography() if home else None,
        is_active=True,
    )
    session.add(worker)
    await session.flush()  # shifts and crews refer to it
    return Person(worker, account, [])


async def update_worker(
    session: Session, scope: Scope, *, worker: Worker, changes: dict[str, Any], now: datetime
) -> None:
    """Change a worker that the caller has read and checked.

    One who is not active any more cannot sign in. The listeners of `AvailabilityChanged` take his offers back.

    Raises:
        SkillUnknown: no such skill.
        WorkerArchived: he is to work again, and is in the archive.
    """
    if changes.get("is_active") and worker.archived_at is not None:
        raise WorkerArchived
    if "skills" in changes:
        worker.skills = await check_skills(session, scope.company_id, changes["skills"])
    if "home" in changes:
        home: Point | None = changes["home"]
        worker.home = home.geography() if home else None
    is_active = changes.get("is_active", worker.is_active)
    if is_active != worker.is_active:
        worker.is_active = is_active
        left_at = None if is_active else now
        await identity.let_work(session, scope.company_id, worker.id, left_at=left_at)
    await session.flush()  # the answer carries the new version
    await announce(session, scope.company_id, AvailabilityChanged(worker_id=worker.id))


async def get_worker(session: Session, company_id: UUID, worker_id: UUID) -> Worker:
    """One worker.

    Raises:
        WorkerNotFound: no such worker in this company.
    """
    worker = await queries.get_worker(session, company_id, worker_id)
    if worker is None:
        raise WorkerNotFound(worker_id=worker_id)
    return worker


async def check_is_worker(session: Session, company_id: UUID, worker_id: UUID) -> None:
    """Refuse anybody who is not a worker of the company. Who was dismissed is one still.

    Raises:
        WorkerNotFound: no such worker in this company.
    """
    await get_worker(session, company_id, worker_id)


async def archive_worker(
    session: Session, company_id: UUID, worker_id: UUID, *, archived_at: datetime | None
) -> Worker:
    """Put a worker into the archive, or take him out with None. In the archive he is not active.

    Raises:
        WorkerNotFound: no such worker in this company.
    """
    worker = await get_worker(session, company_id, worker_id)
    if (worker.archived_at is None) != (archived_at is None):
        worker.archived_at, worker.is_active = archived_at, archived_at is None
        await identity.let_work(session, company_id, worker.id, left_at=archived_at)
        await session.flush()  # the answer carries the new version
        await announce(session, company_id, AvailabilityChanged(worker_id=worker.id))
    return worker


async def find_colleagues(
    session: Session, scope: Scope, *, cursor: str | None, limit: int
) -> tuple[list[queries.Colleague], str | None]:
    """A page of the people who work for the company now, and the cursor of the next page."""
    query = queries.select_workers(scope, skill=None, is_active=True)
    workers, next_cursor = await fetch_page(session, query, Worker.id, cursor=cursor, limit=limit)
    names = await worker_names(session, scope.company_id, [one.id for one in workers])
    return [queries.Colleague(one.id, names[one.id]) for one in workers], next_cursor


async def check_works_here(session: Session, company_id: UUID, worker_ids: Sequence[UUID]) -> None:
    """Refuse people who do not work for the company, or no longer.

    Raises:
        WorkerNotFound: one of them is no worker of this company, or he was dismissed.
    """
    known = await queries.find_working(session, company_id, worker_ids)
    if unknown := [str(one) for one in worker_ids if one not in known]:
        raise WorkerNotFound(worker_ids=unknown)


async def with_accounts(session: Session, company_id: UUID, workers: Sequence[Worker]) -> list[Person]:
    """Add the user accounts and territories to these workers."""
    ids = [worker.id for worker in workers]
    accounts = {one.id: one for one in await identity.find_users(session, company_id, ids)}
    territories = await queries.find_territory_ids(session, company_id, ids)
    return [Person(worker, accounts[worker.id], territories.get(worker.id, [])) for worker in workers]


async def worker_names(session: Session, company_id: UUID, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names of workers by id. Ids of another company are left out."""
    return {one.id: one.name for one in await identity.find_users(session, company_id, ids)}


async def put_territories(
    session: Session, scope: Scope, *, worker_id: UUID, territory_ids: Sequence[UUID]
) -> None:
    """Bind a worker to these territories only. With no territory he works everywhere.

    Raises:
        WorkerNotFound, TerritoryNotFound: no such worker or territory in this company.
    """
    await get_worker(session, scope.company_id, worker_id)
    wanted = list(dict.fromkeys(territory_ids))
    known = await find_known_territories(session, scope.company_id, wanted)
    if unknown := [str(one) for one in wanted if one not in known]:
        raise TerritoryNotFound(territory_ids=unknown)
    held = (await queries.find_territory_ids(session, scope.company_id, [worker_id])).get(worker_id, [])
    await queries.replace_territories(session, scope.company_id, worker_id, wanted)
    await announce(session, scope.company_id, AvailabilityChanged(worker_id=worker_id))
    note_change(session, "worker", worker_id, "territory_ids", was=held, now=sorted(wanted))
