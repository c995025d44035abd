"""Brigades: who leads them and who is in them on which day."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range
from sqlalchemy.exc import IntegrityError

from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import Session, constraint_of
from app.dispatch.visits.models import Visit
from app.workforce.crews import bookings, queries
from app.workforce.crews.models import Crew, CrewMember
from app.workforce.people.service import get_worker, worker_names

OVERLAP = "ex_crew_member__overlap"


class CrewNotFound(NotFound):
    """No such crew in this company."""

    code = "crew_not_found"


class MemberNotFound(NotFound):
    """He is not in the crew at that moment."""

    code = "crew_member_not_found"


class AlreadyMember(DomainError):
    """He is in this crew in a part of that time already."""

    code = "already_in_crew"


class MembershipInvalid(DomainError):
    """It would end before it starts."""

    status = 422
    code = "membership_invalid"


class ForemanNotMember(DomainError):
    """A foreman answers offers for a crew he goes with: make him a member first."""

    status = 422
    code = "foreman_not_member"


class ForemanStays(DomainError):
    """The crew would be without the one who answers for it: name another foreman first."""

    code = "foreman_stays"


class CrewWithMembers(NamedTuple):
    crew: Crew
    members: list[CrewMember]
    names: dict[UUID, str]
    """Of the members and the foreman."""


async def create_crew(
    session: Session,
    scope: Scope,
    *,
    name: str,
    foreman_id: UUID,
    vehicle: str,
    share: int,
    since: datetime,
    now: datetime,
) -> CrewWithMembers:
    """A new crew with its foreman as the first member.

    Raises:
        WorkerNotFound: the foreman is no worker of this company.
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
    await add_member(
        session, scope, crew_id=crew.id, worker_id=foreman_id, since=since, until=None, share=share, now=now
    )
    return await with_members(session, scope.company_id, crew)


async def update_crew(
    session: Session, scope: Scope, *, crew: Crew, changes: dict[str, Any], now: datetime
) -> CrewWithMembers:
    """Change a crew the caller has read, locked and checked.

    Raises:
        ForemanNotMember: the new foreman is not in the crew now.
    """
    foreman_id = changes.get("foreman_id", crew.foreman_id)
    if foreman_id != crew.foreman_id and not await queries.get_membership(
        session, scope.company_id, crew.id, foreman_id, moment=now
    ):
        raise ForemanNotMember(worker_id=foreman_id)
    for field, value in changes.items():
        setattr(crew, field, value)
    await session.flush()  # the answer carries the new version
    return await with_members(session, scope.company_id, crew)


async def add_member(
    session: Session,
    scope: Scope,
    *,
    crew_id: UUID,
    worker_id: UUID,
    since: datetime,
    until: datetime | None,
    share: int,
    now: datetime,
) -> CrewMember:
    """He goes with the crew in [since, until). What it is booked for then takes his time too.

    Raises:
        CrewNotFound, WorkerNotFound: not of this company.
        MembershipInvalid: `until` is not after `since`.
        AlreadyMember: he is in it then already.
        MemberBusy: he has other visits when the crew has its own.
        CrewJustBooked: try again.
    """
    _, visits = await _lock_with_visits(session, scope.company_id, crew_id)
    await get_worker(session, scope.company_id, worker_id)
    if until is not None and until <= since:
        raise MembershipInvalid
    member = CrewMember(
        company_id=scope.company_id,
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
    await bookings.book_member(
        session, scope, worker_id=worker_id, visits=visits, period=member.period, now=now
    )
    return member


async def _lock_with_visits(session: Session, company_id: UUID, crew_id: UUID) -> tuple[Crew, list[Visit]]:
    """The crew and its visits that lie ahead; nobody books it meanwhile.

    Raises:
        CrewNotFound: not of this company.
        CrewJustBooked: try again.
    """
    visits = await bookings.lock_visits_ahead(session, company_id, crew_id)
    crew = await get_crew(session, company_id, crew_id, lock=True)
    return crew, visits + await bookings.lock_visits_booked_since(session, company_id, crew_id, visits)


async def end_membership(
    session: Session, scope: Scope, *, crew_id: UUID, worker_id: UUID, at: datetime, now: datetime
) -> CrewMember:
    """He leaves the crew at that moment: later visits for which it has not set out free his time.

    Raises:
        CrewNotFound: not of this company.
        ForemanStays: he is its foreman.
        MemberNotFound: he is not in it then.
        MembershipInvalid: he has only just come.
        MemberAsked: he answers for later visits.
        CrewJustBooked: try again.
    """
    crew, visits = await _lock_with_visits(session, scope.company_id, crew_id)
    if crew.foreman_id == worker_id:
        raise ForemanStays
    member = await queries.get_membership(session, scope.company_id, crew_id, worker_id, moment=at)
    if member is None:
        raise MemberNotFound(worker_id=worker_id)
    if member.period.lower == at:
        raise MembershipInvalid
    taken_off = Range(at, member.period.upper)
    member.period = Range(member.period.lower, at)
    await session.flush()  # a refusal of the database belongs to this call
    await bookings.free_member(session, scope, worker_id=worker_id, visits=visits, period=taken_off, now=now)
    return member


async def get_crew(session: Session, company_id: UUID, crew_id: UUID, *, lock: bool = False) -> Crew:
    """Locked where the foreman or the members change: a crew never loses its foreman by two changes at once.

    Raises:
        CrewNotFound: not of this company.
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
    """Three statements, however many crews."""
    members = await queries.find_members(session, company_id, [crew.id for crew in crews])
    people = {crew.foreman_id for crew in crews} | {member.worker_id for member in members}
    names = await worker_names(session, company_id, list(people))
    return [
        CrewWithMembers(crew, [member for member in members if member.crew_id == crew.id], names)
        for crew in crews
    ]


class Member(NamedTuple):
    worker_id: UUID
    share: int
    """Weight in the division of rewards."""
    name: str


async def crew_members_at(
    session: Session, company_id: UUID, crew_id: UUID, moment: datetime
) -> list[Member]:
    """Who goes with the crew at that moment, in the order in which they came to it."""
    members = await queries.find_members_at(session, company_id, crew_id, moment=moment)
    names = await worker_names(session, company_id, [member.worker_id for member in members])
    return [Member(member.worker_id, member.share, names[member.worker_id]) for member in members]
