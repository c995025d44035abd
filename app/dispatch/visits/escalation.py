"""What happens to an offer nobody answers: the ladder of its job type, step by step, each once.

A visit's `escalate_at` is the moment the next thing is due. The sweep locks the visit's row, so an
acceptance that commits first finds nothing left to escalate, and one that comes later is told that
the offer has expired.
"""

from datetime import datetime, timedelta
from uuid import UUID

import structlog

from app.contracts.dispatch import OfferExpired, OfferReminded, VisitEscalated
from app.db.outbox import announce
from app.db.session import Session
from app.db.sweeps import Ring
from app.dispatch.candidates.service import find_candidates
from app.dispatch.inbox.service import add_inbox_item
from app.dispatch.visits import policies, queries
from app.dispatch.visits.models import Offer, OfferStatus, Visit
from app.dispatch.visits.offers import (
    AssigneeNotFound,
    WorkerBusy,
    close_offer,
    find_assignee,
    ladder_of,
    make_offer,
)
from app.dispatch.visits.policies import Action

log = structlog.get_logger(__name__)

TAKE_AT_ONCE = 50
TRY_AGAIN_AFTER = timedelta(seconds=10)
"""A visit that cannot be escalated waits, so that the others of its company do not."""


async def escalate_overdue_visits(session: Session, company_id: UUID, now: datetime, _: Ring) -> int:
    """Sweep: end offers whose deadline has passed and climb the ladders that are due."""
    visits = await queries.take_overdue_visits(session, company_id, now=now, limit=TAKE_AT_ONCE)
    for visit in visits:
        visit_id = visit.id
        try:
            async with session.begin_nested():
                await _escalate(session, visit, now=now)
        except Exception as error:
            log.error("escalation_failed", visit_id=str(visit_id), exc_info=error)
            await queries.postpone_escalation(session, company_id, visit_id, until=now + TRY_AGAIN_AFTER)
    return len(visits)


async def _escalate(session: Session, visit: Visit, *, now: datetime) -> None:
    """Everything that is due for one visit, in time order; at equal times the offer ends first."""
    while visit.escalate_at is not None and visit.escalate_at <= now:
        if visit.accept_by is not None and visit.accept_by <= visit.escalate_at:
            await _expire_offer(session, visit, now=now)
            continue
        step = ladder_of(visit)[visit.ladder_next]
        visit.ladder_next += 1
        await _take_step(session, visit, step.action, now=now)
        visit.escalate_at = policies.next_escalation(
            ladder_of(visit), visit.ladder_next, accept_by=visit.accept_by
        )


async def _expire_offer(session: Session, visit: Visit, *, now: datetime) -> None:
    offer = await queries.get_open_offer(session, visit)
    assert offer is not None  # noqa: S101  # a visit with accept_by has its pending offer: CHECK and unique index
    await close_offer(session, visit, offer, OfferStatus.EXPIRED, now=now)
    await _record(session, visit, "offer_expired", offer, now=now)
    await announce(
        session,
        visit.company_id,
        OfferExpired(visit_id=visit.id, offer_id=offer.id, worker_id=offer.worker_id),
    )
    if not policies.is_spoken_of_later(ladder_of(visit), visit.ladder_next):
        await _tell(session, visit, "dispatcher", "offer_unanswered", occurrence=str(offer.id))


async def _take_step(session: Session, visit: Visit, action: Action, *, now: datetime) -> None:
    match action:
        case Action.REMIND_WORKER:
            await _remind_worker(session, visit, now=now)
        case Action.NOTIFY_DISPATCHER:
            await _notify(session, visit, "dispatcher", "offer_unanswered", now=now)
        case Action.REOFFER_NEXT:
            await _reoffer(session, visit, now=now)
        case _:  # Action.NOTIFY_SUPERVISOR
            await _notify(session, visit, "supervisor", "nobody_accepts", now=now)


async def _remind_worker(session: Session, visit: Visit, *, now: datetime) -> None:
    """Only somebody who still has an offer to answer is reminded of it."""
    offer = await queries.get_open_offer(session, visit)
    if offer is None:
        return
    await _record(session, visit, "worker_reminded", offer, now=now)
    await _tell(session, visit, "worker", "offer_reminder", occurrence=str(offer.id), user_id=offer.worker_id)
    await announce(
        session,
        visit.company_id,
        OfferReminded(visit_id=visit.id, offer_id=offer.id, worker_id=offer.worker_id),
    )


async def _notify(session: Session, visit: Visit, audience: str, kind: str, *, now: datetime) -> None:
    await _record(session, visit, f"{audience}_notified", None, now=now)
    await _tell(session, visit, audience, kind, occurrence=str(visit.ladder_next))
    await announce(session, visit.company_id, VisitEscalated(visit_id=visit.id, to=audience))


async def _reoffer(session: Session, visit: Visit, *, now: datetime) -> None:
    """Ask the next candidate who can come; with none left the supervisor hears of it at once."""
    if visit.accept_by is not None:
        return
    terms = await queries.get_offer_terms(session, visit)
    within = timedelta(seconds=terms.accept_within_s)
    for candidate in await find_candidates(session, visit, now=now):
        if candidate.refused_because:
            continue
        is_crew = candidate.kind == "crew"
        try:
            assignee = await find_assignee(
                session,
                visit,
                worker_id=None if is_crew else candidate.id,
                crew_id=candidate.id if is_crew else None,
            )
            offer = await make_offer(session, visit, assignee, accept_within=within, now=now)
        except (WorkerBusy, AssigneeNotFound):  # taken since the list was made: ask the next one
            continue
        await _record(session, visit, "reoffered", offer, now=now)
        return
    await _notify(session, visit, "supervisor", "nobody_accepts", now=now)


async def _tell(
    session: Session, visit: Visit, audience: str, kind: str, *, occurrence: str, user_id: UUID | None = None
) -> None:
    await add_inbox_item(
        session,
        visit.company_id,
        audience=audience,
        kind=kind,
        subject_kind="visit",
        subject_id=visit.id,
        params={"starts_at": visit.starts_at.isoformat()},
        occurrence=occurrence,
        user_id=user_id,
    )


async def _record(session: Session, visit: Visit, kind: str, offer: Offer | None, *, now: datetime) -> None:
    payload = {"offer_id": str(offer.id), "worker_id": str(offer.worker_id)} if offer else {}
    await queries.add_event(session, visit, kind, actor_id=None, command=None, now=now, payload=payload)
