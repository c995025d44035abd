"""A visit is put before a worker or a crew, who has until a deadline to say yes.

Every function locks the visit's row first: whoever gets it decides, the others see what was decided.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.contracts.dispatch import (
    OfferDeclined,
    OfferWithdrawn,
    VisitAccepted,
    VisitOffered,
)
from app.core.errors import DomainError
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.dispatch.candidates.service import find_obstacles
from app.dispatch.visits import policies, queries
from app.dispatch.visits.commands import Command, office_command
from app.dispatch.visits.history import (
    VisitNotFound,
    check_move,
    is_repeated,
    lock_visit,
    record,
)
from app.dispatch.visits.models import Offer, OfferStatus, Visit
from app.dispatch.visits.policies import VisitStatus
from app.notifications.inbox.service import add_inbox_item, close_inbox_items
from app.orders.job_types.policies import Action
from app.orders.jobs.service import refresh_job_status

OFFER_ITEMS = ["offer_unanswered", "offer_declined", "nobody_accepts", "offer_reminder"]
"""Inbox items that settle themselves when somebody accepts or the visit is off."""
ALL_ITEMS = [*OFFER_ITEMS, "worker_dismissed"]
"""Those that settle themselves when the visit is taken back from whoever had it."""


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
    """There is nothing to answer: withdrawn, answered already, or never made to this worker."""

    code = "offer_closed"


class OfferExpiredAlready(DomainError):
    """The answer came after the deadline. The visit may have gone to somebody else."""

    code = "offer_expired"


class OfferTaken(DomainError):
    """Somebody else has it. Who is not said."""

    code = "offer_taken"


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
    check_move(visit, VisitStatus.OFFERED)
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
    put_ladder(visit, ladder)
    visit.ladder_next = 0
    visit.escalate_at = policies.next_escalation(ladder, 0, accept_by=visit.accept_by)
    payload: dict[str, Any] = {"offer_id": str(offer.id), "worker_id": str(offer.worker_id)}
    if obstacles:
        payload |= {"in_spite_of": obstacles, "override_reason": override_reason}
    await record(session, scope, visit, "offered", command=office_command(now), now=now, payload=payload)
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
    if await is_repeated(session, visit, command, "accepted"):
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
    await record(
        session, scope, visit, "accepted", command=command, now=now, payload={"offer_id": str(offer.id)}
    )
    await announce(session, scope.company_id, VisitAccepted(visit_id=visit.id, worker_id=offer.worker_id))
    await close_inbox_items(session, scope.company_id, kinds=OFFER_ITEMS, subject_id=visit.id, now=now)
    return visit


async def _lock_offered(session: Session, scope: Scope, visit_id: UUID) -> Visit:
    visit = await queries.lock_offered_visit(session, scope, visit_id)
    if visit is None:
        raise VisitNotFound(visit_id=visit_id)
    return visit


def _check_open(offer: Offer, visit: Visit, *, now: datetime) -> None:
    """Why this offer can no longer be answered, if it cannot."""
    if offer.status == OfferStatus.EXPIRED or (
        offer.status == OfferStatus.PENDING and offer.expires_at <= now
    ):
        raise OfferExpiredAlready(expired_at=offer.expires_at.isoformat())
    if offer.status != OfferStatus.PENDING:
        is_his = offer.status == OfferStatus.ACCEPTED and visit.worker_id == offer.worker_id
        if is_his or visit.status in (VisitStatus.PLANNED, VisitStatus.CANCELED):
            raise OfferClosed
        raise OfferTaken


async def decline_offer(
    session: Session, scope: Scope, *, visit_id: UUID, reason: str, command: Command, now: datetime
) -> Visit:
    """The worker cannot come. His time is free again, the dispatcher is told, the ladder goes on.

    Raises:
        VisitNotFound, OfferExpiredAlready, OfferTaken, OfferClosed: as for accepting.
    """
    visit = await _lock_offered(session, scope, visit_id)
    if await is_repeated(session, visit, command, "declined"):
        return visit
    offer = await queries.get_last_offer_to(session, visit, scope.user_id)
    _check_open(offer, visit, now=now)
    offer.decline_reason = reason
    await close_offer(session, visit, offer, OfferStatus.DECLINED, now=now)
    payload = {"offer_id": str(offer.id), "reason": reason}
    await record(session, scope, visit, "declined", command=command, now=now, payload=payload)
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
    end_offer(visit, offer, status, now=now)
    await queries.free(session, visit.company_id, [visit.id])


def end_offer(visit: Visit, offer: Offer, status: OfferStatus, *, now: datetime) -> None:
    """As `close_offer`, but freeing the time is left to the caller."""
    offer.status = status
    offer.answered_at = now
    visit.status = VisitStatus.PLANNED
    visit.worker_id = None
    visit.crew_id = None
    visit.accept_by = None
    visit.escalate_at = policies.next_escalation(ladder_of(visit), visit.ladder_next, accept_by=None)


def ladder_of(visit: Visit) -> list[policies.Step]:
    return [
        policies.Step(datetime.fromisoformat(step["due_at"]), Action(step["action"])) for step in visit.ladder
    ]


def put_ladder(visit: Visit, ladder: Sequence[policies.Step]) -> None:
    visit.ladder = [{"due_at": step.due_at.isoformat(), "action": step.action} for step in ladder]


async def withdraw_offer(session: Session, scope: Scope, *, visit_id: UUID, now: datetime) -> Visit:
    """The dispatcher takes an offer, or an accepted visit, back; nobody is asked any more.

    Raises:
        VisitNotFound: no such visit.
        VisitMoveRefused: the worker has arrived, or nobody has been asked.
    """
    visit = await lock_visit(session, scope, visit_id)
    check_move(visit, VisitStatus.PLANNED)
    await take_back(session, scope, visit, now=now)
    await record(session, scope, visit, "withdrawn", command=office_command(now), now=now)
    await refresh_job_status(session, scope.company_id, visit.job_id)
    return visit


async def take_back(session: Session, scope: Scope, visit: Visit, *, now: datetime) -> None:
    offer = await queries.get_open_offer(session, visit)
    if offer is not None:
        await _announce_withdrawal(session, visit, offer, now=now)
        await close_offer(session, visit, offer, OfferStatus.WITHDRAWN, now=now)
    _stop_clock(visit)
    visit.ladder = []
    visit.accepted_at = None
    visit.departed_at = None
    await close_inbox_items(session, scope.company_id, kinds=ALL_ITEMS, subject_id=visit.id, now=now)


async def _announce_withdrawal(session: Session, visit: Visit, offer: Offer, *, now: datetime) -> None:
    """Nothing is taken from somebody who let his time to answer pass, noticed by the sweep or not."""
    was_accepted = offer.status == OfferStatus.ACCEPTED
    if not was_accepted and offer.expires_at <= now:
        return
    await announce(
        session,
        visit.company_id,
        OfferWithdrawn(
            visit_id=visit.id,
            offer_id=offer.id,
            worker_id=offer.worker_id,
            was_accepted=was_accepted,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
        ),
    )


def _stop_clock(visit: Visit) -> None:
    visit.accept_by = None
    visit.escalate_at = None
