"""What dispatchers and workers do with visits.

Every function locks the visit's row first: whoever gets it decides, the others see what was decided.
"""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.contracts.dispatch import (
    OfferDeclined,
    VisitAccepted,
    VisitCanceled,
    VisitMoved,
    VisitOffered,
    VisitPlanned,
    VisitProgressed,
)
from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.dispatch.candidates.service import find_obstacles
from app.dispatch.inbox.service import add_inbox_item, close_inbox_items
from app.dispatch.jobs.policies import JobStatus
from app.dispatch.jobs.service import JobNotFound, refresh_job_status
from app.dispatch.visits import policies, queries
from app.dispatch.visits.commands import Command, office_command
from app.dispatch.visits.models import Offer, OfferStatus, Visit
from app.dispatch.visits.policies import VisitStatus

VISIT_WITHIN = timedelta(days=3 * 365)
"""From today. Longer than a plant can take to make windows."""
LONGEST_VISIT = LONGEST_WINDOW = timedelta(days=2)
OFFER_ITEMS = ["offer_unanswered", "offer_declined", "nobody_accepts", "offer_reminder"]
"""Inbox items that settle themselves when somebody accepts or the visit is off."""


class VisitNotFound(NotFound):
    code = "visit_not_found"


class JobNotPlannable(DomainError):
    """The job is canceled or closed."""

    code = "job_not_plannable"


class VisitTimeInvalid(DomainError):
    status = 422
    code = "visit_time_invalid"


class VisitMoveRefused(DomainError):
    """The state machine has no such move."""

    code = "visit_move_refused"


class AssigneeNotFound(DomainError):
    status = 422
    code = "assignee_not_found"


class AssigneeUnsuitable(DomainError):
    """`reasons` as of a candidate. With `override_reason` he is sent all the same."""

    code = "assignee_unsuitable"


class WorkerBusy(DomainError):
    """He has another visit at that time."""

    code = "worker_busy"


class OfferClosed(DomainError):
    """There is nothing to answer: withdrawn, or never made to this worker."""

    code = "offer_closed"


class OfferExpiredAlready(DomainError):
    """The answer came after the deadline. The visit may have gone to somebody else."""

    code = "offer_expired"


class OfferTaken(DomainError):
    """Somebody else has it. Who is not said."""

    code = "offer_taken"


class CommandReused(DomainError):
    """The same command id came for another visit or another action."""

    status = 422
    code = "command_reused"


async def plan_visit(
    session: Session,
    scope: Scope,
    *,
    job_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    window_starts_at: datetime,
    window_ends_at: datetime,
    now: datetime,
) -> Visit:
    """Set a time for a job; nobody is asked yet.

    Raises:
        JobNotFound: no such job in this company.
        JobNotPlannable: the job is canceled or closed.
        VisitTimeInvalid: ends before it starts, or starts in the past.
    """
    job_status = await queries.lock_job_to_plan(session, scope, job_id)
    if job_status is None:
        raise JobNotFound(job_id=job_id)
    if job_status in (JobStatus.CANCELED, JobStatus.CLOSED):
        raise JobNotPlannable(job_id=job_id)
    _check_times(starts_at, ends_at, window_starts_at, window_ends_at, now=now)
    visit = Visit(
        company_id=scope.company_id,
        job_id=job_id,
        number=await queries.next_visit_number(session, scope.company_id, job_id),
        status=VisitStatus.PLANNED,
        starts_at=starts_at,
        ends_at=ends_at,
        window_starts_at=window_starts_at,
        window_ends_at=window_ends_at,
        ladder=[],
        ladder_next=0,
    )
    session.add(visit)
    await session.flush()  # its history and offers refer to it
    await _record(session, scope, visit, "planned", command=office_command(now), now=now)
    await announce(session, scope.company_id, VisitPlanned(visit_id=visit.id, job_id=job_id))
    await refresh_job_status(session, scope.company_id, job_id)
    return visit


def _check_times(
    starts_at: datetime,
    ends_at: datetime,
    window_starts_at: datetime,
    window_ends_at: datetime,
    *,
    now: datetime,
) -> None:
    """A year with one digit wrong is an impossible time as well."""
    if not (now <= starts_at <= now + VISIT_WITHIN and starts_at < ends_at <= starts_at + LONGEST_VISIT):
        raise VisitTimeInvalid(field="starts_at")
    if not starts_at - LONGEST_WINDOW <= window_starts_at <= starts_at:
        raise VisitTimeInvalid(field="window_starts_at")
    if not starts_at < window_ends_at <= starts_at + LONGEST_WINDOW:
        raise VisitTimeInvalid(field="window_ends_at")


async def offer_visit(
    session: Session,
    scope: Scope,
    *,
    visit_id: UUID,
    now: datetime,
    worker_id: UUID | None = None,
    crew_id: UUID | None = None,
    accept_within: timedelta | None = None,
    override_reason: str | None = None,
) -> Visit:
    """Offer a planned visit to a worker or a crew and start the acceptance clock.

    Sends nothing: the SMS leaves from `VisitOffered`, after COMMIT. If nobody answers by
    `visit.accept_by`, `escalate_overdue_visits` takes over.

    Raises:
        VisitNotFound: no such visit in this company.
        VisitMoveRefused: it is already offered, accepted or over.
        AssigneeNotFound: no such worker or crew, or the crew has nobody on that day.
        AssigneeUnsuitable: a skill is missing, somebody is absent, the site is outside his territories.
        WorkerBusy: one of them has another visit at that time.
    """
    visit = await lock_visit(session, scope, visit_id)
    _check_move(visit, VisitStatus.OFFERED)
    assignee = await find_assignee(session, visit, worker_id=worker_id, crew_id=crew_id)
    obstacles = await find_obstacles(
        session, visit, members=assignee.members, leader_id=assignee.worker_id, now=now
    )
    if obstacles and override_reason is None:
        raise AssigneeUnsuitable(reasons=obstacles)
    terms = await queries.get_offer_terms(session, visit)
    within = accept_within or timedelta(seconds=terms.accept_within_s)
    offer = await make_offer(session, visit, assignee, accept_within=within, now=now)
    ladder = policies.plan_ladder(terms.ladder, offered_at=now, accept_by=offer.expires_at)
    visit.ladder = [{"due_at": step.due_at.isoformat(), "action": step.action} for step in ladder]
    visit.ladder_next = 0
    visit.escalate_at = policies.next_escalation(ladder, 0, accept_by=visit.accept_by)
    payload: dict[str, Any] = {"offer_id": str(offer.id), "worker_id": str(offer.worker_id)}
    if obstacles:
        payload |= {"in_spite_of": obstacles, "override_reason": override_reason}
    await _record(session, scope, visit, "offered", command=office_command(now), now=now, payload=payload)
    return visit


async def make_offer(
    session: Session, visit: Visit, assignee: queries.Assignee, *, accept_within: timedelta, now: datetime
) -> Offer:
    """Book the time of whoever is asked and open the offer; the caller has locked the visit.

    Raises:
        WorkerBusy: one of them has another visit at that time.
    """
    deadline = policies.acceptance_deadline(
        offered_at=now, starts_at=visit.starts_at, accept_within=accept_within
    )
    await _book(session, visit, assignee.members)
    visit.status = VisitStatus.OFFERED
    visit.worker_id = assignee.worker_id
    visit.crew_id = assignee.crew_id
    visit.accept_by = deadline
    offer = Offer(
        company_id=visit.company_id,
        id=uuid7(),
        visit_id=visit.id,
        worker_id=assignee.worker_id,
        crew_id=assignee.crew_id,
        status=OfferStatus.PENDING,
        offered_at=now,
        expires_at=deadline,
    )
    session.add(offer)
    await announce(
        session,
        visit.company_id,
        VisitOffered(visit_id=visit.id, offer_id=offer.id, worker_id=offer.worker_id, accept_by=deadline),
    )
    return offer


async def find_assignee(
    session: Session, visit: Visit, *, worker_id: UUID | None, crew_id: UUID | None
) -> queries.Assignee:
    """
    Raises:
        AssigneeNotFound: no such worker or crew, both or none named, or the crew has nobody on that day.
    """
    found = None
    if worker_id is not None and crew_id is None:
        found = await queries.find_worker(session, visit.company_id, worker_id)
    elif crew_id is not None and worker_id is None:
        found = await queries.find_crew(session, visit.company_id, crew_id, moment=visit.starts_at)
    if found is None:
        raise AssigneeNotFound
    return found


async def _book(session: Session, visit: Visit, workers: list[UUID]) -> None:
    """The database decides: of two bookings at once one finds the time taken."""
    if not await queries.book(session, visit, workers):
        colliding = await queries.find_colliding_visits(
            session, visit.company_id, workers=workers, starts_at=visit.starts_at, ends_at=visit.ends_at
        )
        raise WorkerBusy(visits=[str(one) for one in colliding])


async def accept_offer(
    session: Session, scope: Scope, *, visit_id: UUID, command: Command, now: datetime
) -> Visit:
    """The worker takes the visit. Accepting twice is accepting once.

    Raises:
        VisitNotFound: it was never offered to him.
        OfferExpiredAlready: the deadline has passed, whether or not the background process has noticed.
        OfferTaken: it went to somebody else.
        OfferClosed: it was withdrawn or he had declined.
    """
    visit = await _lock_offered(session, scope, visit_id)
    if await _is_repeated(session, visit, command, "accepted"):
        return visit
    offer = await queries.get_last_offer_to(session, visit, scope.user_id)
    if offer.status == OfferStatus.ACCEPTED:
        return visit
    _check_open(offer, visit, now=now)
    offer.status = OfferStatus.ACCEPTED
    offer.answered_at = now
    visit.status = VisitStatus.ACCEPTED
    visit.accepted_at = now
    _stop_clock(visit)
    await _record(
        session, scope, visit, "accepted", command=command, now=now, payload={"offer_id": str(offer.id)}
    )
    await announce(session, scope.company_id, VisitAccepted(visit_id=visit.id, worker_id=offer.worker_id))
    await close_inbox_items(session, scope.company_id, kinds=OFFER_ITEMS, subject_id=visit.id, now=now)
    await refresh_job_status(session, scope.company_id, visit.job_id)
    return visit


def _check_open(offer: Offer, visit: Visit, *, now: datetime) -> None:
    """Why this offer can no longer be answered, if it cannot."""
    if offer.status == OfferStatus.EXPIRED or (
        offer.status == OfferStatus.PENDING and offer.expires_at <= now
    ):
        raise OfferExpiredAlready(expired_at=offer.expires_at.isoformat())
    if offer.status != OfferStatus.PENDING:
        if visit.status not in (VisitStatus.PLANNED, VisitStatus.CANCELED):
            raise OfferTaken
        raise OfferClosed


async def decline_offer(
    session: Session, scope: Scope, *, visit_id: UUID, reason: str, command: Command, now: datetime
) -> Visit:
    """The worker cannot come. His time is free again, the dispatcher is told, the ladder goes on.

    Raises:
        VisitNotFound, OfferExpiredAlready, OfferTaken, OfferClosed: as for accepting.
    """
    visit = await _lock_offered(session, scope, visit_id)
    if await _is_repeated(session, visit, command, "declined"):
        return visit
    offer = await queries.get_last_offer_to(session, visit, scope.user_id)
    _check_open(offer, visit, now=now)
    offer.decline_reason = reason
    await close_offer(session, visit, offer, OfferStatus.DECLINED, now=now)
    payload = {"offer_id": str(offer.id), "reason": reason}
    await _record(session, scope, visit, "declined", command=command, now=now, payload=payload)
    await announce(
        session,
        scope.company_id,
        OfferDeclined(visit_id=visit.id, offer_id=offer.id, worker_id=offer.worker_id, reason=reason),
    )
    await add_inbox_item(
        session,
        scope.company_id,
        audience="dispatcher",
        kind="offer_declined",
        subject_kind="visit",
        subject_id=visit.id,
        occurrence=str(offer.id),
        params={"reason": reason},
    )
    return visit


async def close_offer(
    session: Session, visit: Visit, offer: Offer, status: OfferStatus, *, now: datetime
) -> None:
    """The offer ends without a yes: the visit is planned again and the time it took is free."""
    offer.status = status
    offer.answered_at = now
    visit.status = VisitStatus.PLANNED
    visit.worker_id = None
    visit.crew_id = None
    visit.accept_by = None
    visit.escalate_at = policies.next_escalation(ladder_of(visit), visit.ladder_next, accept_by=None)
    await queries.free(session, visit)


def ladder_of(visit: Visit) -> list[policies.Step]:
    return [
        policies.Step(datetime.fromisoformat(step["due_at"]), policies.Action(step["action"]))
        for step in visit.ladder
    ]


def _stop_clock(visit: Visit) -> None:
    visit.accept_by = None
    visit.escalate_at = None


async def withdraw_offer(session: Session, scope: Scope, *, visit_id: UUID, now: datetime) -> Visit:
    """The dispatcher takes an offer, or an accepted visit, back; nobody is asked any more.

    Raises:
        VisitNotFound: no such visit.
        VisitMoveRefused: the worker has arrived, or nobody has been asked.
    """
    visit = await lock_visit(session, scope, visit_id)
    _check_move(visit, VisitStatus.PLANNED)
    await _take_back(session, scope, visit, now=now)
    await _record(session, scope, visit, "withdrawn", command=office_command(now), now=now)
    await refresh_job_status(session, scope.company_id, visit.job_id)
    return visit


async def _take_back(session: Session, scope: Scope, visit: Visit, *, now: datetime) -> None:
    offer = await queries.get_open_offer(session, visit)
    if offer is not None:
        await close_offer(session, visit, offer, OfferStatus.WITHDRAWN, now=now)
    _stop_clock(visit)
    visit.ladder = []
    visit.accepted_at = None
    visit.departed_at = None
    await close_inbox_items(session, scope.company_id, kinds=OFFER_ITEMS, subject_id=visit.id, now=now)


async def move_visit(
    session: Session,
    scope: Scope,
    *,
    visit: Visit,
    starts_at: datetime,
    ends_at: datetime,
    window_starts_at: datetime,
    window_ends_at: datetime,
    now: datetime,
) -> Visit:
    """Give a visit, read and checked by the caller, another time. Whoever had it must be asked again.

    Raises:
        VisitMoveRefused: the worker is on site or the visit is over.
        VisitTimeInvalid: an impossible time.
    """
    if visit.status not in (VisitStatus.PLANNED, VisitStatus.OFFERED, VisitStatus.ACCEPTED):
        raise VisitMoveRefused(was=visit.status, to=VisitStatus.PLANNED)
    _check_times(starts_at, ends_at, window_starts_at, window_ends_at, now=now)
    await _take_back(session, scope, visit, now=now)
    visit.starts_at = starts_at
    visit.ends_at = ends_at
    visit.window_starts_at = window_starts_at
    visit.window_ends_at = window_ends_at
    payload = {"starts_at": starts_at.isoformat(), "ends_at": ends_at.isoformat()}
    await _record(session, scope, visit, "moved", command=office_command(now), now=now, payload=payload)
    await announce(
        session,
        scope.company_id,
        VisitMoved(
            visit_id=visit.id, moved_from_version=visit.row_version, starts_at=starts_at, ends_at=ends_at
        ),
    )
    await refresh_job_status(session, scope.company_id, visit.job_id)
    return visit


async def cancel_visit(
    session: Session, scope: Scope, *, visit_id: UUID, reason: str, now: datetime
) -> Visit:
    """The visit will not happen. Canceling twice is canceling once.

    Raises:
        VisitNotFound: no such visit.
        VisitMoveRefused: the worker is on site or it is over.
    """
    visit = await lock_visit(session, scope, visit_id)
    if visit.status == VisitStatus.CANCELED:
        return visit
    _check_move(visit, VisitStatus.CANCELED)
    await _take_back(session, scope, visit, now=now)
    visit.status = VisitStatus.CANCELED
    visit.status_reason = reason
    visit.finished_at = now
    payload = {"reason": reason}
    await _record(session, scope, visit, "canceled", command=office_command(now), now=now, payload=payload)
    await announce(session, scope.company_id, VisitCanceled(visit_id=visit.id, reason=reason))
    await refresh_job_status(session, scope.company_id, visit.job_id)
    return visit


STAMPS = {
    VisitStatus.EN_ROUTE: "departed_at",
    VisitStatus.ON_SITE: "arrived_at",
    VisitStatus.IN_PROGRESS: "started_at",
    VisitStatus.COMPLETED: "finished_at",
    VisitStatus.PARTIALLY_COMPLETED: "finished_at",
    VisitStatus.NOT_COMPLETED: "finished_at",
}


async def progress_visit(
    session: Session,
    scope: Scope,
    *,
    visit_id: UUID,
    to: VisitStatus,
    command: Command,
    now: datetime,
    reason: str | None = None,
) -> Visit:
    """The worker moves his visit on. The same command, or a move to where it already is, changes nothing.

    Raises:
        VisitNotFound: not his visit.
        VisitMoveRefused: the state machine has no such move.
    """
    visit = await lock_visit(session, scope, visit_id)
    if await _is_repeated(session, visit, command, to) or visit.status == to:
        return visit
    _check_move(visit, to)
    visit.status = to
    visit.status_reason = reason
    happened_at = min(command.occurred_at, now)  # a phone whose clock is ahead
    if (stamp := STAMPS.get(to)) and getattr(visit, stamp) is None:
        setattr(visit, stamp, happened_at)
    if to in policies.FINISHED:
        await queries.free_rest(session, visit, since=now)
    payload: dict[str, Any] = {"reason": reason} if reason else {}
    await _record(session, scope, visit, to, command=command, now=now, payload=payload)
    await announce(
        session,
        scope.company_id,
        VisitProgressed(visit_id=visit.id, worker_id=scope.user_id, status=to, occurred_at=happened_at),
    )
    await refresh_job_status(session, scope.company_id, visit.job_id)
    return visit


async def get_visit(session: Session, scope: Scope, visit_id: UUID) -> Visit:
    """
    Raises:
        VisitNotFound: no such visit, or not this worker's.
    """
    visit = await queries.get_visit(session, scope, visit_id)
    if visit is None:
        raise VisitNotFound(visit_id=visit_id)
    return visit


async def lock_visit(session: Session, scope: Scope, visit_id: UUID) -> Visit:
    """
    Raises:
        VisitNotFound: no such visit, or not this worker's.
    """
    visit = await queries.get_visit(session, scope, visit_id, lock=True)
    if visit is None:
        raise VisitNotFound(visit_id=visit_id)
    return visit


async def _lock_offered(session: Session, scope: Scope, visit_id: UUID) -> Visit:
    visit = await queries.lock_offered_visit(session, scope, visit_id)
    if visit is None:
        raise VisitNotFound(visit_id=visit_id)
    return visit


def _check_move(visit: Visit, to: VisitStatus) -> None:
    if not policies.may_move(visit.status, to):
        raise VisitMoveRefused(was=visit.status, to=to)


async def _is_repeated(session: Session, visit: Visit, command: Command, kind: str) -> bool:
    """Whether this very command has been carried out; the visit's row is locked.

    Raises:
        CommandReused: its id belongs to something else.
    """
    event = await queries.find_event_of(session, visit.company_id, command.command_id)
    if event is None:
        return False
    if event.visit_id != visit.id or event.kind != kind:
        raise CommandReused
    return True


async def _record(
    session: Session,
    scope: Scope,
    visit: Visit,
    kind: str,
    *,
    command: Command,
    now: datetime,
    payload: dict[str, Any] | None = None,
) -> None:
    await queries.add_event(
        session, visit, kind, actor_id=scope.user_id, command=command, now=now, payload=payload or {}
    )
