"""What happens to an offer nobody answers: the ladder of its job type, step by step, each once.

A visit's `escalate_at` is the moment the next thing is due. The sweep locks the visit's row, so an
acceptance that commits first finds nothing left to escalate, and one that comes later is told that
the offer has expired.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from app.contracts.dispatch import OfferExpired, OfferReminded, VisitEscalated
from app.contracts.event import Event
from app.db.outbox import announce
from app.db.session import Session
from app.db.sweeps import Ring
from app.dispatch.candidates.service import find_candidates
from app.dispatch.visits import policies, queries
from app.dispatch.visits.models import Offer, OfferStatus, Visit
from app.dispatch.visits.offers import (
    AssigneeNotFound,
    WorkerBusy,
    end_offer,
    find_assignee,
    ladder_of,
    make_offer,
    put_ladder,
)
from app.notifications.inbox.service import NewItem, add_inbox_items
from app.orders.job_types.policies import Action

log = structlog.get_logger(__name__)

ESCALATE_AT_ONCE = 20
TRY_AGAIN_AFTER = timedelta(seconds=10)
"""A visit that cannot be escalated waits, so that the others of its company do not."""


class Climb:
    """One visit on its ladder, and what is to be written of it: many climbs are written together."""

    def __init__(self, visit: Visit, offer: Offer | None, now: datetime) -> None:
        self.visit = visit
        self.offer = offer
        """The one that waits for an answer."""
        self.now = now
        self.written()

    def written(self) -> None:
        """Nothing of it is left to write."""
        self.history: list[dict[str, Any]] = []
        self.news: list[Event] = []
        self.items: list[NewItem] = []
        self.freed: list[UUID] = []

    @property
    def ladder(self) -> list[policies.Step]:
        return ladder_of(self.visit)

    def record(self, kind: str, offer: Offer | None = None) -> None:
        payload = {"offer_id": str(offer.id), "worker_id": str(offer.worker_id)} if offer else {}
        row = queries.event_row(self.visit, kind, actor_id=None, command=None, now=self.now, payload=payload)
        self.history.append(row)

    def tell(self, audience: str, kind: str, *, occurrence: str, user_id: UUID | None = None) -> None:
        item = NewItem(
            audience=audience,
            kind=kind,
            subject_kind="visit",
            subject_id=self.visit.id,
            params={"starts_at": self.visit.starts_at.isoformat()},
            occurrence=occurrence,
            user_id=user_id,
        )
        self.items.append(item)


async def escalate_overdue_visits(session: Session, company_id: UUID, now: datetime, _: Ring) -> int:
    """Sweep: end offers whose deadline has passed and climb the ladders that are due."""
    visits = await queries.take_overdue_visits(session, company_id, now=now, limit=ESCALATE_AT_ONCE)
    if not visits:
        return 0
    offers = await queries.find_open_offers(session, company_id, [visit.id for visit in visits])
    climbs = [Climb(visit, offers.get(visit.id), now) for visit in visits]
    await _write(session, company_id, [one for one in climbs if await _try_to_escalate(session, one)])
    return len(visits)


async def _write(session: Session, company_id: UUID, climbs: Sequence[Climb]) -> None:
    """A statement for each table, whatever the number of visits; they are written as they are flushed."""
    if freed := [visit_id for one in climbs for visit_id in one.freed]:
        await queries.free(session, company_id, freed)
    await queries.add_events(session, [row for one in climbs for row in one.history])
    await announce(session, company_id, *(event for one in climbs for event in one.news))
    await add_inbox_items(session, company_id, [item for one in climbs for item in one.items])


async def _try_to_escalate(session: Session, climb: Climb) -> bool:
    """False when it could not be done: nothing of it is kept, and it is tried again in a while."""
    visit, offer = climb.visit, climb.offer
    company_id, visit_id = visit.company_id, visit.id
    try:
        if policies.is_next_asked(climb.ladder, visit.ladder_next, now=climb.now):
            async with session.begin_nested():  # asking somebody else writes as it goes
                await _escalate(session, climb)
        else:
            await _escalate(session, climb)
    except Exception as error:
        log.error("escalation_failed", visit_id=str(visit_id), exc_info=error)
        for row in filter(None, (visit, offer)):
            session.expire(row)
        until = climb.now + TRY_AGAIN_AFTER
        await queries.postpone_escalation(session, company_id, visit_id, until=until)
        return False
    return True


async def _escalate(session: Session, climb: Climb) -> None:
    """Everything that is due for one visit, in time order; at equal times the offer ends first. What
    follows a new offer is not due before that had its time, however late it is made."""
    visit = climb.visit
    while visit.escalate_at is not None and visit.escalate_at <= climb.now:
        if visit.accept_by is not None and visit.accept_by <= visit.escalate_at:
            _expire_offer(climb)
            continue
        step = climb.ladder[visit.ladder_next]
        visit.ladder_next += 1
        await _take_step(session, climb, step.action)
        visit.escalate_at = policies.next_escalation(
            climb.ladder, visit.ladder_next, accept_by=visit.accept_by
        )


def _expire_offer(climb: Climb) -> None:
    visit, offer = climb.visit, climb.offer
    assert offer is not None  # noqa: S101  # a visit with accept_by has its pending offer: CHECK and unique index
    end_offer(visit, offer, OfferStatus.EXPIRED, now=climb.now)
    climb.offer = None
    climb.freed.append(visit.id)
    climb.record("offer_expired", offer)
    climb.news.append(OfferExpired(visit_id=visit.id, offer_id=offer.id, worker_id=offer.worker_id))
    if not policies.is_spoken_of_later(climb.ladder, visit.ladder_next):
        climb.tell("dispatcher", "offer_unanswered", occurrence=str(offer.id))


async def _take_step(session: Session, climb: Climb, action: Action) -> None:
    match action:
        case Action.REMIND_WORKER:
            _remind_worker(climb)
        case Action.NOTIFY_DISPATCHER:
            _notify(climb, "dispatcher", "offer_unanswered")
        case Action.REOFFER_NEXT:
            await _reoffer(session, climb)
        case _:  # Action.NOTIFY_SUPERVISOR
            _notify(climb, "supervisor", "nobody_accepts")


def _remind_worker(climb: Climb) -> None:
    """Only somebody who still has an offer to answer is reminded of it."""
    offer = climb.offer
    if offer is None:
        return
    climb.record("worker_reminded", offer)
    climb.tell("worker", "offer_reminder", occurrence=str(offer.id), user_id=offer.worker_id)
    climb.news.append(OfferReminded(visit_id=climb.visit.id, offer_id=offer.id, worker_id=offer.worker_id))


def _notify(climb: Climb, audience: str, kind: str) -> None:
    climb.record(f"{audience}_notified")
    climb.tell(audience, kind, occurrence=str(climb.visit.ladder_next))
    climb.news.append(VisitEscalated(visit_id=climb.visit.id, to=audience))


async def _reoffer(session: Session, climb: Climb) -> None:
    """Ask the next candidate who can come; with none left the supervisor hears of it at once, and once."""
    visit, now = climb.visit, climb.now
    if visit.accept_by is not None:
        return
    await _write(session, visit.company_id, [climb])  # the new offer comes after it, in the database too
    climb.written()
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
            climb.offer = await make_offer(session, visit, assignee, accept_within=within, now=now)
        except (WorkerBusy, AssigneeNotFound):  # taken since the list was made: ask the next one
            continue
        put_ladder(visit, policies.put_off_rest(climb.ladder, visit.ladder_next, reoffered_at=now))
        climb.record("reoffered", climb.offer)
        return
    _notify(climb, "supervisor", "nobody_accepts")
    said_again = policies.find_word_to_supervisor(climb.ladder, visit.ladder_next)
    if said_again is not None:
        visit.ladder = visit.ladder[:said_again] + visit.ladder[said_again + 1 :]
