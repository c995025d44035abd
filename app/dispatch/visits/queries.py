"""All SQL about visits, their offers, bookings and history.

What every tap of a phone asks for is written as a constant: building a statement takes SQLAlchemy longer
than running it.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Select,
    Table,
    and_,
    bindparam,
    delete,
    exists,
    func,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import Range, insert

from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.append import append
from app.db.session import Session
from app.db.wake import wake
from app.dispatch.visits.commands import Command
from app.dispatch.visits.models import Offer, OfferStatus, Visit, VisitEvent
from app.dispatch.visits.policies import HELD_BY_WORKER, VisitStatus
from app.orders.job_types.models import JobType
from app.orders.jobs.models import Job
from app.workforce.bookings.models import VisitBooking
from app.workforce.crews.models import Crew, CrewMember
from app.workforce.people.models import Worker
from app.workforce.people.queries import is_employed


def visible_to(scope: Scope) -> ColumnElement[bool]:
    """The office sees every visit of the company, a worker those that take his time."""
    if scope.is_office:
        return Visit.company_id == scope.company_id
    return and_(Visit.company_id == scope.company_id, _books(scope.user_id))


def _books(worker_id: UUID | ColumnElement[UUID]) -> ColumnElement[bool]:
    return exists().where(
        VisitBooking.company_id == Visit.company_id,
        VisitBooking.visit_id == Visit.id,
        VisitBooking.worker_id == worker_id,
    )


def _was_offered(worker_id: UUID | ColumnElement[UUID]) -> ColumnElement[bool]:
    return exists().where(
        Offer.company_id == Visit.company_id, Offer.visit_id == Visit.id, Offer.worker_id == worker_id
    )


ONE_VISIT = select(Visit).where(Visit.company_id == bindparam("company"), Visit.id == bindparam("visit"))
BOOKED_VISIT = ONE_VISIT.where(_books(bindparam("worker")))
OFFERED_VISIT = ONE_VISIT.where(_was_offered(bindparam("worker"))).with_for_update(of=Visit)


@cache
def _visit_seen_by(*, office: bool, lock: bool) -> Select[Visit]:
    query = ONE_VISIT if office else BOOKED_VISIT
    return query.with_for_update(of=Visit) if lock else query


async def get_visit(session: Session, scope: Scope, visit_id: UUID, *, lock: bool = False) -> Visit | None:
    query = _visit_seen_by(office=scope.is_office, lock=lock)
    values = {"company": scope.company_id, "visit": visit_id, "worker": scope.user_id}
    return await session.scalar(query, values)


async def lock_offered_visit(session: Session, scope: Scope, visit_id: UUID) -> Visit | None:
    """The visit, for a worker who was ever offered it: a late answer must be told why it is late."""
    values = {"company": scope.company_id, "visit": visit_id, "worker": scope.user_id}
    return await session.scalar(OFFERED_VISIT, values)


def select_visits(
    scope: Scope,
    *,
    starts_from: datetime | None,
    starts_before: datetime | None,
    statuses: Sequence[str] | None,
    worker_id: UUID | None,
    job_id: UUID | None,
) -> Select[Visit]:
    conditions = [
        Visit.starts_at >= starts_from if starts_from else true(),
        Visit.starts_at < starts_before if starts_before else true(),
        Visit.status.in_(statuses) if statuses else true(),
        _books(worker_id) if worker_id else true(),
        Visit.job_id == job_id if job_id else true(),
    ]
    return select(Visit).where(visible_to(scope), *conditions)


async def find_visits_ahead(
    session: Session, company_id: UUID, worker_id: UUID, *, now: datetime
) -> Sequence[Visit]:
    """Those that are not over and take his time, by himself or in a crew, asked or agreed."""
    query = select(Visit).where(
        Visit.company_id == company_id,
        _books(worker_id),
        Visit.status.in_({VisitStatus.OFFERED, *HELD_BY_WORKER}),
        Visit.ends_at > now,
    )
    return (await session.scalars(query.order_by(Visit.starts_at, Visit.id))).all()


USUAL_DURATION_MIN = (
    select(JobType.duration_min)
    .join(Job, and_(Job.company_id == JobType.company_id, Job.job_type_id == JobType.id))
    .where(Job.company_id == bindparam("company"), Job.id == bindparam("job"))
)


async def get_usual_duration(session: Session, visit: Visit) -> timedelta:
    """How long visits of this type of job take."""
    values = {"company": visit.company_id, "job": visit.job_id}
    return timedelta(minutes=(await session.execute(USUAL_DURATION_MIN, values)).scalar_one())


class Assignee(NamedTuple):
    """Who would come: one worker, or the members of a crew on that day, answered for by `worker_id`."""

    worker_id: UUID
    members: list[UUID]
    crew_id: UUID | None = None


ACTIVE_WORKER = select(Worker.id).where(
    Worker.company_id == bindparam("company"),
    Worker.id == bindparam("worker"),
    Worker.is_active.is_(True),
    is_employed(Worker.company_id, Worker.id),
)


async def find_worker(session: Session, company_id: UUID, worker_id: UUID) -> Assignee | None:
    found = await session.scalar(ACTIVE_WORKER, {"company": company_id, "worker": worker_id})
    return Assignee(found, [found]) if found else None


async def find_crew(
    session: Session, company_id: UUID, crew_id: UUID, *, moment: datetime
) -> Assignee | None:
    """The crew as it is at `moment`, its foreman answering for it. Nobody joins or leaves it meanwhile:
    its row is locked before its members are read, so that whoever has joined is booked with it."""
    crew = select(Crew.foreman_id).where(
        Crew.company_id == company_id,
        Crew.id == crew_id,
        Crew.is_active.is_(True),
        is_employed(Crew.company_id, Crew.foreman_id),
    )
    foreman_id = await session.scalar(crew.with_for_update(read=True))
    query = select(CrewMember.worker_id).where(
        CrewMember.company_id == company_id,
        CrewMember.crew_id == crew_id,
        CrewMember.period.contains(moment),
    )
    members = list(await session.scalars(query))
    return Assignee(foreman_id, members, crew_id) if foreman_id and members else None


class OfferTerms(NamedTuple):
    accept_within_s: int
    ladder: list[dict[str, Any]]


OFFER_TERMS = (
    select(JobType.accept_within_s, JobType.ladder)
    .join(Job, and_(Job.company_id == JobType.company_id, Job.job_type_id == JobType.id))
    .where(Job.company_id == bindparam("company"), Job.id == bindparam("job"))
)


async def get_offer_terms(session: Session, visit: Visit) -> OfferTerms:
    """How long people have to answer this kind of job, and what happens when they do not."""
    values = {"company": visit.company_id, "job": visit.job_id}
    return OfferTerms(*(await session.execute(OFFER_TERMS, values)).one())


INSERT_BOOKING = (
    insert(cast(Table, VisitBooking.__table__)).on_conflict_do_nothing().returning(VisitBooking.worker_id)
)


async def book(session: Session, visit: Visit, workers: Sequence[UUID]) -> bool:
    """Take the time of every worker, or of none: the exclusion constraint lets nobody be in two places.

    False when one of them has another visit at that time.
    """
    rows = [
        {
            "company_id": visit.company_id,
            "visit_id": visit.id,
            "worker_id": worker_id,
            "job_id": visit.job_id,
            "period": Range(visit.starts_at, visit.ends_at),
        }
        for worker_id in sorted(workers)
    ]
    for row in rows:
        if (await session.execute(INSERT_BOOKING, row)).first() is None:
            await free(session, visit.company_id, [visit.id])
            return False
    return True


async def free(session: Session, company_id: UUID, visit_ids: Sequence[UUID]) -> None:
    """The time these visits take is free again."""
    await session.execute(
        delete(VisitBooking).where(
            VisitBooking.company_id == company_id, VisitBooking.visit_id.in_(visit_ids)
        )
    )


async def free_rest(session: Session, visit: Visit, *, since: datetime) -> None:
    """The visit ended early: the rest of its time is free again."""
    await session.execute(
        update(VisitBooking)
        .where(
            VisitBooking.company_id == visit.company_id,
            VisitBooking.visit_id == visit.id,
            func.lower(VisitBooking.period) < since,
            func.upper(VisitBooking.period) > since,
        )
        .values(period=func.tstzrange(func.lower(VisitBooking.period), since))
        .execution_options(synchronize_session=False)
    )


OFFERS = select(Offer).where(Offer.company_id == bindparam("company"), Offer.visit_id == bindparam("visit"))
IS_OPEN = Offer.status.in_([OfferStatus.PENDING, OfferStatus.ACCEPTED])
OPEN_OFFER = OFFERS.where(IS_OPEN)
OPEN_OFFERS = select(Offer).where(
    Offer.company_id == bindparam("company"), Offer.visit_id.in_(bindparam("visits", expanding=True)), IS_OPEN
)
LAST_OFFER_TO = OFFERS.where(Offer.worker_id == bindparam("worker")).order_by(Offer.id.desc()).limit(1)


async def get_open_offer(session: Session, visit: Visit) -> Offer | None:
    return await session.scalar(OPEN_OFFER, {"company": visit.company_id, "visit": visit.id})


async def find_open_offers(
    session: Session, company_id: UUID, visit_ids: Sequence[UUID]
) -> dict[UUID, Offer]:
    """By visit."""
    values = {"company": company_id, "visits": visit_ids}
    return {offer.visit_id: offer for offer in await session.scalars(OPEN_OFFERS, values)}


async def get_last_offer_to(session: Session, visit: Visit, worker_id: UUID) -> Offer:
    """To somebody who was offered it (`lock_offered_visit`)."""
    values = {"company": visit.company_id, "visit": visit.id, "worker": worker_id}
    return (await session.scalars(LAST_OFFER_TO, values)).one()


ONE_OFFER = select(Offer).where(Offer.company_id == bindparam("company"), Offer.id == bindparam("offer"))


async def get_offer(session: Session, company_id: UUID, offer_id: UUID) -> Offer | None:
    return await session.scalar(ONE_OFFER, {"company": company_id, "offer": offer_id})


class Task(NamedTuple):
    """What a visit is about, for the words of a message."""

    client_id: UUID
    site_id: UUID
    job_type: str
    starts_at: datetime
    window_starts_at: datetime
    window_ends_at: datetime


TASK = (
    select(
        Job.client_id,
        Job.site_id,
        JobType.name,
        Visit.starts_at,
        Visit.window_starts_at,
        Visit.window_ends_at,
    )
    .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
    .join(JobType, and_(JobType.company_id == Job.company_id, JobType.id == Job.job_type_id))
    .where(Visit.company_id == bindparam("company"), Visit.id == bindparam("visit"))
)


async def get_task(session: Session, company_id: UUID, visit_id: UUID) -> Task:
    return Task(*(await session.execute(TASK, {"company": company_id, "visit": visit_id})).one())


async def find_offers(session: Session, scope: Scope, visit_id: UUID) -> Sequence[Offer]:
    query = select(Offer).where(Offer.company_id == scope.company_id, Offer.visit_id == visit_id)
    return (await session.scalars(query.order_by(Offer.id))).all()


EVENT_OF_COMMAND = select(VisitEvent.visit_id, VisitEvent.kind).where(
    VisitEvent.company_id == bindparam("company"), VisitEvent.command_id == bindparam("command")
)


class Done(NamedTuple):
    """What a command did."""

    visit_id: UUID
    kind: str


async def find_event_of(session: Session, company_id: UUID, command_id: UUID) -> Done | None:
    values = {"company": company_id, "command": command_id}
    row = (await session.execute(EVENT_OF_COMMAND, values)).one_or_none()
    return Done(*row) if row else None


async def find_events(session: Session, scope: Scope, visit_id: UUID) -> Sequence[VisitEvent]:
    query = select(VisitEvent).where(
        VisitEvent.company_id == scope.company_id, VisitEvent.visit_id == visit_id
    )
    return (await session.scalars(query.order_by(VisitEvent.id))).all()


EVENTS = cast(Table, VisitEvent.__table__)


async def add_event(
    session: Session,
    visit: Visit,
    kind: str,
    *,
    actor_id: UUID | None,
    command: Command | None,
    now: datetime,
    payload: dict[str, Any],
) -> None:
    """Append to the history. `command` is None when the system acted by itself."""
    row = event_row(visit, kind, actor_id=actor_id, command=command, now=now, payload=payload)
    await add_events(session, [row])


async def add_events(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    await append(session, EVENTS, *rows)


def event_row(
    visit: Visit,
    kind: str,
    *,
    actor_id: UUID | None,
    command: Command | None,
    now: datetime,
    payload: dict[str, Any],
) -> dict[str, Any]:
    point = f"SRID=4326;POINT({command.point[0]} {command.point[1]})" if command and command.point else None
    if command and command.accuracy_m is not None:
        payload = payload | {"accuracy_m": command.accuracy_m}
    return {
        "company_id": visit.company_id,
        "id": uuid7(),
        "visit_id": visit.id,
        "kind": kind,
        "actor_id": actor_id,
        "command_id": command.command_id if command else None,
        "device_id": command.device_id if command else None,
        "device_seq": command.device_seq if command else None,
        "occurred_at": command.occurred_at if command else now,
        "corrected_at": command.corrected_at(now) if command else None,
        "received_at": now,
        "point": point,
        "payload": payload,
    }


async def find_promptest_delay(
    session: Session, visit: Visit, *, actor_id: UUID, device_id: UUID | None, before: datetime
) -> timedelta | None:
    """By how much less than anything else a device sent before, its promptest command seemed to be late."""
    query = select(func.min(VisitEvent.received_at - VisitEvent.occurred_at)).where(
        VisitEvent.company_id == visit.company_id,
        VisitEvent.visit_id == visit.id,
        VisitEvent.actor_id == actor_id,
        VisitEvent.command_id.is_not(None),
        VisitEvent.device_id.is_not_distinct_from(device_id),
        VisitEvent.received_at <= before,
    )
    delay: timedelta | None = await session.scalar(query)
    return delay


OVERDUE_VISITS = (
    select(Visit)
    .where(Visit.company_id == bindparam("company"), Visit.escalate_at <= bindparam("now"))
    .order_by(Visit.escalate_at)
    .limit(bindparam("at_most"))
    .with_for_update(skip_locked=True)
)


async def take_overdue_visits(
    session: Session, company_id: UUID, *, now: datetime, limit: int
) -> Sequence[Visit]:
    """Visits whose escalation is due, earliest first, locked; those being answered right now are skipped."""
    values = {"company": company_id, "now": now, "at_most": limit}
    return (await session.scalars(OVERDUE_VISITS, values)).all()


async def postpone_escalation(session: Session, company_id: UUID, visit_id: UUID, *, until: datetime) -> None:
    """Not an edit: nothing is decided by it."""
    await session.execute(
        update(cast(Table, Visit.__table__))
        .where(Visit.company_id == company_id, Visit.id == visit_id)
        .values(escalate_at=until)
    )
    wake(session, "escalation", company_id, until)


async def find_colliding_visits(
    session: Session, company_id: UUID, *, workers: Sequence[UUID], starts_at: datetime, ends_at: datetime
) -> list[UUID]:
    query = select(VisitBooking.visit_id).where(
        VisitBooking.company_id == company_id,
        VisitBooking.worker_id.in_(workers),
        VisitBooking.period.overlaps(Range(starts_at, ends_at)),
    )
    return list(await session.scalars(query))
