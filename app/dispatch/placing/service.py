"""The office puts a visit on a row of the board: time and people in one step. And asks before what that would break."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.dialects.postgresql import Range

from app.core.errors import DomainError
from app.core.hours import Span
from app.core.scope import Scope
from app.db.query import Query
from app.db.reader import Reader
from app.db.work import Work
from app.dispatch.board.queries import read_days
from app.dispatch.gate.policies import AssigneeNotFound
from app.dispatch.offers.service import offer_visit
from app.dispatch.offers.taking_back import take_from
from app.dispatch.placing import policies, queries
from app.dispatch.placing.policies import Board, Broken, Dropped, Member, Times, Unit
from app.dispatch.placing.queries import JobToPlace, MemberOf, VisitToPlace
from app.dispatch.placing.schemas import PlaceJob, PlaceVisit
from app.dispatch.scheduling import policies as scheduling
from app.dispatch.scheduling.service import carry_out_for, plan_visit, read_scheduled
from app.dispatch.visits.policies import AHEAD, FINISHED, VisitStatus
from app.dispatch.visits.states import (
    VisitMoveRefused,
    VisitNotFound,
    VisitState,
    check_not_pinned,
)
from app.orders.api import LOCK_JOB, JobNotFound

CheckVersion = Callable[[int], None]


async def place_visit(
    work: Work,
    scope: Scope,
    *,
    visit_id: UUID,
    check_version: CheckVersion,
    to: PlaceVisit,
    now: datetime,
) -> VisitState:
    """Give a visit this time and these people, who are asked at once, or nobody. Whoever had it no longer has it.

    Whoever has it already keeps it if its start stays and it becomes no longer; nobody is asked then.

    Raises:
        VisitNotFound: no such visit in this company.
        VisitIsPinned: it is to stay where it is.
        VisitMoveRefused: the worker has set out, or the visit is over.
        JobNotPlannable, NotReadyThen, VisitTimeInvalid: see `scheduling.policies.move`.
        AssigneeImpossible, AssigneeNotFound, AssigneeUnsuitable, WorkerBusy: see `offers.policies.offer`.
    """
    facts = await read_scheduled(work, visit_id)
    visit = facts.visit
    check_version(visit.row_version)
    if to.nobody and (to.worker_id or to.crew_id):
        raise AssigneeNotFound
    check_not_pinned(visit)
    if visit.status not in AHEAD:
        raise VisitMoveRefused(was=visit.status, to="placed")
    was = scheduling.times_of(visit)
    times = scheduling.moved_times(
        was,
        starts_at=to.starts_at,
        duration=timedelta(minutes=to.duration_min) if to.duration_min else None,
        window_starts_at=to.window_starts_at,
        window_ends_at=to.window_ends_at,
    )
    outcome = scheduling.move(
        visit, facts.offer, times, rules=facts.rules, reason=to.override_reason, by=scope.user_id, now=now
    )
    visit = await carry_out_for(work, facts, outcome)
    if _is_his(visit, to):
        return visit
    await work.write_now()
    if visit.status != VisitStatus.PLANNED:
        taken = take_from(visit, facts.offer, by=scope.user_id, now=now)
        visit = await carry_out_for(work, facts, taken)
        await work.write_now()
    return visit if to.nobody else await _offer(work, scope, visit.id, to, now=now)


def _is_his(visit: VisitState, to: PlaceVisit) -> bool:
    """Whether those who are to come have the visit, or are asked."""
    if visit.status == VisitStatus.PLANNED:
        return False
    has_it = (None, visit.crew_id) if visit.crew_id else (visit.worker_id, None)
    return has_it == (to.worker_id, to.crew_id)


class JobHasVisit(DomainError):
    """A visit of the job is ahead or under way: somebody else has planned it meanwhile."""

    code = "job_has_visit"


async def place_job(work: Work, scope: Scope, *, job_id: UUID, to: PlaceJob, now: datetime) -> VisitState:
    """Plan a visit of a job at this time and offer it to these people.

    Raises:
        JobNotFound: no such job in this company.
        JobHasVisit: another dispatcher has given it a time meanwhile.
        JobNotPlannable, NotReadyThen, VisitTimeInvalid: see `scheduling.policies.plan`.
        AssigneeImpossible, AssigneeNotFound, AssigneeUnsuitable, WorkerBusy: see `offers.policies.offer`.
    """
    work.lock(LOCK_JOB, job_id)
    statuses: list[str] = await work.all(queries.VISITS_OF_JOB, job=job_id)
    if not FINISHED.issuperset(statuses):
        raise JobHasVisit
    visit = await plan_visit(work, scope, job_id=job_id, time=to, override_reason=to.override_reason, now=now)
    await work.write_now()
    return await _offer(work, scope, visit.id, to, now=now)


async def _offer(
    work: Work, scope: Scope, visit_id: UUID, to: PlaceVisit | PlaceJob, *, now: datetime
) -> VisitState:
    """What this transaction has written about the visit is read back."""
    return await offer_visit(
        work,
        scope,
        visit_id=visit_id,
        worker_id=to.worker_id,
        crew_id=to.crew_id,
        accept_within=timedelta(seconds=to.accept_within_s) if to.accept_within_s else None,
        override_reason=to.override_reason,
        now=now,
    )


class Place(NamedTuple):
    """A row of the board."""

    unit: Unit
    at_present: list[str]
    times: list[Broken]


class Places(NamedTuple):
    days: Span
    duration: timedelta
    version: int | None
    places: list[Place]


async def check_visit(
    reader: Reader, visit_id: UUID, day: date | None, days: int, duration: timedelta | None, *, now: datetime
) -> Places:
    """What a visit would break on each row of the board, begun at any moment of these days.

    Raises:
        VisitNotFound: no such visit in this company.
    """
    async with reader.together() as work:
        visit = await work.one(queries.VISIT_TO_PLACE, visit=visit_id)
        if visit is None:
            raise VisitNotFound(visit_id=visit_id)
        return await _check(work, visit.job_id, visit, day, days, duration, now=now)


async def check_job(
    reader: Reader, job_id: UUID, day: date | None, days: int, duration: timedelta | None, *, now: datetime
) -> Places:
    """The same for a visit that the job does not have yet.

    Raises:
        JobNotFound: no such job in this company.
    """
    async with reader.together() as work:
        return await _check(work, job_id, None, day, days, duration, now=now)


async def _check(
    work: Work,
    job_id: UUID,
    visit: VisitToPlace | None,
    day: date | None,
    days: int,
    duration: timedelta | None,
    *,
    now: datetime,
) -> Places:
    job = await work.one(queries.JOB_TO_PLACE, job=job_id)
    if job is None:
        raise JobNotFound(job_id=job_id)
    shown = await read_days(work, day, days, now=now)
    span = Span(shown.since, shown.until)
    dropped = _dropped(job, visit, duration)
    since = min(span.starts_at, visit.starts_at) if visit else span.starts_at
    until = max(span.ends_at, visit.starts_at) if visit else span.ends_at
    known = Span(since, until + dropped.duration)
    board = await _read_board(work, job_id, visit, known)
    units = [Unit(one, [Member(one, known)]) for one in board.people]
    units += await _crews(work, known)
    return Places(
        span,
        dropped.duration,
        visit.version if visit else None,
        [
            Place(
                unit,
                policies.broken_at(dropped, unit, board, dropped.starts_at, is_new_time=False, now=now)
                if dropped.starts_at
                else [],
                policies.find_broken(dropped, unit, board, days=span, now=now),
            )
            for unit in units
        ],
    )


def _dropped(job: JobToPlace, visit: VisitToPlace | None, duration: timedelta | None) -> Dropped:
    if visit is None:
        return Dropped(job.rules, duration or job.usual_duration)
    return Dropped(job.rules, duration or visit.ends_at - visit.starts_at, visit.starts_at)


async def _read_board(work: Work, job_id: UUID, visit: VisitToPlace | None, known: Span) -> Board:
    """The time of the visit itself is in nobody's way."""
    people = {one.worker_id: one for one in await work.all(queries.PEOPLE, job=job_id)}
    shifts = await _spans(work, queries.SHIFTS, range=Range(*known))
    absences = await _spans(work, queries.ABSENCES, range=Range(*known))
    visits = await _spans(work, queries.TAKEN, range=Range(*known), visit=visit.id if visit else None)
    times = {
        one: Times(policies.together(shifts[one]), absences[one], visits[one])
        for one in people | shifts | absences | visits
    }
    return Board(people, times)


async def _spans(
    work: Work, query: Query[tuple[UUID, Span]], **values: object
) -> defaultdict[UUID, list[Span]]:
    found: defaultdict[UUID, list[Span]] = defaultdict(list)
    for worker_id, span in await work.all(query, **values):
        found[worker_id].append(span)
    return found


async def _crews(work: Work, known: Span) -> Iterable[Unit]:
    rows = await work.all(queries.CREWS, range=Range(*known))
    return [
        Unit(foreman_id, [_member(row, known) for row in of_crew if row.worker_id], crew_id)
        for (crew_id, foreman_id), of_crew in groupby(rows, key=lambda row: (row.crew_id, row.foreman_id))
    ]


def _member(row: MemberOf, known: Span) -> Member:
    """As far as the days asked for go."""
    since, until = row.since or known.starts_at, row.until or known.ends_at
    assert row.worker_id is not None  # noqa: S101  # the caller has looked
    return Member(row.worker_id, Span(max(since, known.starts_at), min(until, known.ends_at)))
