"""The people who go to clients: what they can do, where they work, where they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Role, Scope
from app.db.points import LatLon
from app.db.session import Session
from app.http.schemas import Point
from app.identity import api as identity
from app.identity.api import UserAccount
from app.workforce.people import policies, queries
from app.workforce.people.models import Worker
from app.workforce.people.policies import Ring
from app.workforce.territories.models import Territory


class WorkerNotFound(NotFound):
    code = "worker_not_found"


class TerritoryNotFound(NotFound):
    code = "territory_not_found"


class SkillUnknown(DomainError):
    status = 422
    code = "skill_unknown"


class TerritoryInvalid(DomainError):
    """Its border is open or crosses itself."""

    status = 422
    code = "territory_invalid"


class PositionFromFuture(DomainError):
    """The phone's clock cannot be right."""

    status = 422
    code = "position_from_future"


class NotOnShift(DomainError):
    """Where somebody is in his own time is not kept, not even unread."""

    code = "not_on_shift"


async def put_skill(session: Session, scope: Scope, *, code: str, name: str) -> None:
    """Add a skill, or rename it."""
    await queries.put_skill(session, scope.company_id, code=code, name=name)


async def check_skills(session: Session, company_id: UUID, codes: Sequence[str]) -> list[str]:
    """The codes without repeats, in their order.

    Raises:
        SkillUnknown: the company has no such skill.
    """
    wanted = list(dict.fromkeys(codes))
    known = await queries.find_skill_codes(session, company_id, wanted)
    if unknown := [code for code in wanted if code not in known]:
        raise SkillUnknown(skills=unknown)
    return wanted


class Person(NamedTuple):
    """A worker with what identity knows of him."""

    worker: Worker
    account: UserAccount
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
    """Take somebody on: an account to sign in with, and what he can do.

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


async def update_worker(session: Session, scope: Scope, *, worker: Worker, changes: dict[str, Any]) -> None:
    """Change a worker the caller has read and checked.

    Raises:
        SkillUnknown: no such skill.
    """
    if "skills" in changes:
        worker.skills = await check_skills(session, scope.company_id, changes["skills"])
    if "home" in changes:
        home: Point | None = changes["home"]
        worker.home = home.geography() if home else None
    if "is_active" in changes:
        worker.is_active = changes["is_active"]
    await session.flush()  # the answer carries the new version


async def get_worker(session: Session, company_id: UUID, worker_id: UUID) -> Worker:
    """
    Raises:
        WorkerNotFound: no such worker in this company.
    """
    worker = await queries.get_worker(session, company_id, worker_id)
    if worker is None:
        raise WorkerNotFound(worker_id=worker_id)
    return worker


async def with_accounts(session: Session, company_id: UUID, workers: Sequence[Worker]) -> list[Person]:
    """The same workers, with names and territories."""
    ids = [worker.id for worker in workers]
    accounts = {one.id: one for one in await identity.find_users(session, company_id, ids)}
    territories = await queries.find_territory_ids(session, company_id, ids)
    return [Person(worker, accounts[worker.id], territories.get(worker.id, [])) for worker in workers]


async def worker_names(session: Session, company_id: UUID, ids: Sequence[UUID]) -> dict[UUID, str]:
    """How people are called. Who is not of this company is not in it."""
    return {one.id: one.name for one in await identity.find_users(session, company_id, ids)}


async def create_territory(session: Session, scope: Scope, *, name: str, rings: Sequence[Ring]) -> Territory:
    """Draw a part of the map.

    Raises:
        TerritoryInvalid: a border is open, crosses itself or goes round the Earth.
    """
    area = queries.area_of(await _checked_polygon(session, rings))
    territory = Territory(company_id=scope.company_id, id=uuid7(), name=name.strip(), area=area)
    session.add(territory)
    await session.flush()  # it is read back
    return territory


async def update_territory(
    session: Session, scope: Scope, *, territory: Territory, changes: dict[str, Any]
) -> None:
    """Rename or draw anew a territory the caller has read and checked.

    Raises:
        TerritoryInvalid: a border is open, crosses itself or goes round the Earth.
    """
    territory.name = changes.get("name", territory.name).strip()
    if "coordinates" in changes:
        territory.area = queries.area_of(await _checked_polygon(session, changes["coordinates"]))
    await session.flush()  # it is read back


async def _checked_polygon(session: Session, rings: Sequence[Ring]) -> str:
    if not all(policies.is_closed(ring) and not policies.spans_the_globe(ring) for ring in rings):
        raise TerritoryInvalid
    polygon = policies.polygon_text(rings)
    if not await queries.is_simple_polygon(session, polygon):
        raise TerritoryInvalid
    return polygon


async def get_territory(session: Session, company_id: UUID, territory_id: UUID) -> Territory:
    """
    Raises:
        TerritoryNotFound: no such territory in this company.
    """
    territory = await queries.get_territory(session, company_id, territory_id)
    if territory is None:
        raise TerritoryNotFound(territory_id=territory_id)
    return territory


async def remove_territory(session: Session, scope: Scope, territory_id: UUID) -> None:
    """Wipe it from the map. Who had no other works everywhere from now on.

    Raises:
        TerritoryNotFound: no such territory in this company.
    """
    await session.delete(await get_territory(session, scope.company_id, territory_id))


async def put_territories(
    session: Session, scope: Scope, *, worker_id: UUID, territory_ids: Sequence[UUID]
) -> None:
    """Bind a worker to these territories and no others; none of them means everywhere.

    Raises:
        WorkerNotFound, TerritoryNotFound: not of this company.
    """
    await get_worker(session, scope.company_id, worker_id)
    wanted = list(dict.fromkeys(territory_ids))
    known = await queries.find_known_territories(session, scope.company_id, wanted)
    if unknown := [str(one) for one in wanted if one not in known]:
        raise TerritoryNotFound(territory_ids=unknown)
    await queries.replace_territories(session, scope.company_id, worker_id, wanted)


async def record_position(
    session: Session, scope: Scope, *, point: LatLon, accuracy_m: float, at: datetime, now: datetime
) -> bool:
    """Where the caller was at `at`, by his phone. Answers whether that is the newest that is known:
    one that comes late never replaces a newer one.

    Raises:
        WorkerNotFound: the caller is no worker.
        PositionFromFuture: more than two minutes ahead of our clock.
        NotOnShift: he was off shift or absent then; nothing has been stored.
    """
    await get_worker(session, scope.company_id, scope.user_id)
    if policies.is_from_future(at, now=now):
        raise PositionFromFuture
    if not await queries.is_on_duty(session, scope.company_id, scope.user_id, moment=at):
        raise NotOnShift
    return await queries.move_worker(
        session, scope.company_id, scope.user_id, place=point, accuracy_m=accuracy_m, at=at
    )
