"""Brigades: their foremen and their members by date."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from app.contracts.workforce import CrewActivityChanged, CrewChanged
from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session, constraint_of
from app.workforce.crews import queries
from app.workforce.crews.models import Crew, CrewMember
from app.workforce.people.service import get_worker, worker_names

OVERLAP = "ex_crew_member__overlap"


class CrewNotFound(NotFound):
    """No such crew in this company."""

    code = "crew_not_found"


class MemberNotFound(NotFound):
    """The worker is not a member of the crew at this moment."""

    code = "crew_member_not_found"


class AlreadyMember(DomainError):
    """The worker is already a member of this crew in a part of this time."""

    code = "already_in_crew"


class MembershipInvalid(DomainError):
    """The membership would end before it starts."""

    status = 422
    code = "membership_invalid"


class ForemanNotMember(DomainError):
    """The new foreman is not a member of the crew. Make him a member first."""

    status = 422
    code = "foreman_not_member"


class ForemanStays(DomainError):
    """The foreman cannot leave the crew. Name another foreman first."""

    code = "foreman_stays"


class CrewWithMembers(NamedTuple):
    crew: Crew
    members: list[CrewMember]
    names: dict[UUID, str]
    """Names of the members and the foreman, by worker."""


async def create_crew(
    session: Session,
    scope: Scope,
    *,
    name: str,
    foreman_id: UUID,
    vehicle: str,
    share: int,
    since: datetime,
) -> CrewWithMembers:
    """Create a crew with its foreman as the first member.

    Raises:
        WorkerNotFound: the foreman is not a worker of this company.
    """
    await get_worker(session, scope.company_id, foreman_id)
    crew = Crew(
        company_id=scope.company_id,
        id=uuid7(),
        name=name.strip(),
        foreman_id=foreman_id,
        vehicle=vehicle,
        is_active=True,
    )
    session.add(crew)
    await session.flush()  # the member refers to it
    await join_crew(
        session, company_id=scope.company_id, crew_id=crew.id, worker_id=foreman_id, since=since, share=share
    )
    return await with_members(session, scope.company_id, crew)


async def update_crew(
    session: Session, scope: Scope, *, crew: Crew, changes: dict[str, Any], now: datetime
) -> CrewWithMembers:
    """Change a crew that the caller has read, locked and checked.

    The listeners of `CrewActivityChanged` put the visits of a dissolved crew before the dispatcher.

    Raises:
        ForemanNotMember: the new foreman is not a member now.
    """
    foreman_id = changes.get("foreman_id", crew.foreman_id)
    if foreman_id != crew.foreman_id and not await queries.get_membership(
        session, scope.company_id, crew.id, foreman_id, moment=now
    ):
        raise ForemanNotMember(worker_id=foreman_id)
    if changes.get("is_active", crew.is_active) != crew.is_active:
        await announce(session, scope.company_id, CrewActivityChanged(crew_id=crew.id))
    await announce(session, scope.company_id, CrewChanged(crew_id=crew.id))
    for field, value in changes.items():
        setattr(crew, field, value)
    await session.flush()  # the answer carries the new version
    return await with_members(session, scope.company_id, crew)


async def join_crew(
    session: Session,
    *,
    company_id: UUID,
    crew_id: UUID,
    worker_id: UUID,
    since: datetime,
    until: datetime | None = None,
    share: int,
) -> Range[datetime]:
    """Make a worker a member of the crew in [since, until). Returns this period.

    The caller has locked the crew and books the worker for its visits.

    Raises:
        WorkerNotFound: no such worker in this company.
        MembershipInvalid: `until` is not after `since`.
        AlreadyMember: he is already a member in a part of this time.
    """
    await get_worker(session, company_id, worker_id)
    if until is not None and until <= since:
        raise MembershipInvalid
    member = CrewMember(
        company_id=company_id,
        id=uuid7(),
        crew_id=crew_id,
        worker_id=worker_id,
        period=Range(since, until),
        share=share,
    )
    try:
        async with session.begin_nested():
            session.add(member)
    except IntegrityError as error:
        if constraint_of(error) != OVERLAP:
            raise
        raise AlreadyMember(worker_id=worker_id) from error
    await announce(session, company_id, CrewChanged(crew_id=crew_id))
    return member.period


async def leave_crew(
    session: Session, *, company_id: UUID, crew_id: UUID, worker_id: UUID, at: datetime
) -> Range[datetime]:
    """End a worker's membership at this moment. Returns the period by which it became shorter.

    The caller has locked the crew and frees the worker from its visits in that period.

    Raises:
        CrewNotFound: no such crew in this company.
        ForemanStays: he is the foreman.
        MemberNotFound: he is not a member at this moment.
        MembershipInvalid: his membership starts at this moment.
    """
    crew = await get_crew(session, company_id, crew_id)
    if crew.foreman_id == worker_id:
        raise ForemanStays
    member = await queries.get_membership(session, company_id, crew_id, worker_id, moment=at)
    if member is None:
        raise MemberNotFound(worker_id=worker_id)
    if member.period.lower == at:
        raise MembershipInvalid
    taken_off = Range(at, member.period.upper)
    member.period = Range(member.period.lower, at)
    await session.flush()  # an error of the database must be raised by this call
    await announce(session, company_id, CrewChanged(crew_id=crew_id))
    return taken_off


async def lock_crew(session: Session, company_id: UUID, crew_id: UUID) -> None:
    """Lock the crew until the end of the transaction: nobody else can join, leave or book it.

    Raises:
        CrewNotFound: no such crew in this company.
    """
    await get_crew(session, company_id, crew_id, lock=True)


async def get_crew(session: Session, company_id: UUID, crew_id: UUID, *, lock: bool = False) -> Crew:
    """One crew. Use `lock` to change the foreman or the members.

    Without the lock, two changes at once could leave a crew with a foreman who is not a member.

    Raises:
        CrewNotFound: no such crew in this company.
    """
    crew = await queries.get_crew(session, company_id, crew_id, lock=lock)
    if crew is None:
        raise CrewNotFound(crew_id=crew_id)
    return crew


async def with_members(session: Session, company_id: UUID, crew: Crew) -> CrewWithMembers:
    return (await all_with_members(session, company_id, [crew]))[0]


async def all_with_members(
    session: Session, company_id: UUID, crews: Sequence[Crew]
) -> list[CrewWithMembers]:
    """Crews with their members, in three statements for any number of crews."""
    members = await queries.find_members(session, company_id, [crew.id for crew in crews])
    people = {crew.foreman_id for crew in crews} | {member.worker_id for member in members}
    names = await worker_names(session, company_id, list(people))
    return [
        CrewWithMembers(crew, [member for member in members if member.crew_id == crew.id], names)
        for crew in crews
    ]


async def crew_names(session: Session, company_id: UUID, ids: Sequence[UUID]) -> dict[UUID, str]:
    """Names of crews by id, including crews that are not active."""
    return {crew.id: crew.name for crew in await queries.find_crews(session, company_id, ids)}


class CrewName(NamedTuple):
    id: UUID
    name: str


async def get_working_crew(session: Session, company_id: UUID, crew_id: UUID) -> CrewName:
    """A crew that is active.

    Raises:
        CrewNotFound: no such crew in this company, or it is not active.
    """
    crew = await queries.get_crew(session, company_id, crew_id)
    if crew is None or not crew.is_active:
        raise CrewNotFound
    return CrewName(crew.id, crew.name)
