"""Decisions about asking and answering. Each takes facts, and either refuses or returns what must be written."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from app.contracts.dispatch import OfferDeclined, VisitAccepted, VisitOffered
from app.core.changes import Insert
from app.core.errors import DomainError
from app.core.hours import Span, add_working_time, working_time
from app.core.ids import uuid7
from app.dispatch.gate.policies import AssigneeNotFound, Facts, JobRules, Team, WorkerBusy, let_people_pass
from app.dispatch.offers import ladders
from app.dispatch.offers.hours import AT_ANY_HOUR, AnswerHours
from app.dispatch.offers.states import (
    NOBODY_ASKED,
    OFFER_ITEMS,
    WHILE_HELD,
    OfferState,
    OfferStatus,
    answered,
)
from app.dispatch.visits.commands import Command
from app.dispatch.visits.policies import VisitStatus
from app.dispatch.visits.states import Outcome, VisitState, changed, check_move, entry
from app.notifications.api import InboxKind, Item, add_item, settle_items
from app.workforce.api import free_time, take_time

ACCEPT_WITHIN_MIN = timedelta(seconds=30)


class OfferClosed(DomainError):
    """There is nothing to answer: withdrawn, answered already, or never made to this worker."""

    code = "offer_closed"


class OfferExpiredAlready(DomainError):
    """The answer came after the deadline. The visit may have gone to somebody else."""

    code = "offer_expired"


class OfferTaken(DomainError):
    """Somebody else has accepted the visit. Who it is stays private."""

    code = "offer_taken"


class Terms(NamedTuple):
    """What the job asks for: time to answer an offer, what happens without an answer, whom it needs."""

    accept_within: timedelta
    ladder: list[dict[str, Any]]
    rules: JobRules
    hours: AnswerHours = AT_ANY_HOUR


class Asked(NamedTuple):
    """Who would come: one worker, or the members of a crew on that day. `worker_id` is the one who answers."""

    worker_id: UUID
    members: Sequence[UUID]
    crew_id: UUID | None = None


class OfferFacts(NamedTuple):
    """What is known when a visit is to be offered."""

    visit: VisitState
    terms: Terms
    people: Sequence[Facts]
    """Everybody who would come."""
    clashes: Sequence[UUID]
    """Other visits one of them has at that time."""


class AnswerFacts(NamedTuple):
    """What is known when a worker answers."""

    visit: VisitState
    offer: OfferState
    """The last offer of this visit to this worker."""


def acceptance_deadline(
    *,
    offered_at: datetime,
    starts_at: datetime,
    accept_within: timedelta,
    hours: Sequence[Span] | None = None,
) -> datetime:
    """When an unanswered offer ends: `expires_at` of the offer and `accept_by` of the visit.

    If the visit starts soon, the worker has at most half of the time that is left, but at least 30 seconds.
    A shorter `accept_within` always holds. With `hours` only the time in them counts, unless there is hardly
    any before the visit: then somebody must be found at any hour.
    """
    left = starts_at - offered_at if hours is None else working_time(offered_at, starts_at, hours)
    if hours is None or left < 2 * ACCEPT_WITHIN_MIN:
        return offered_at + min(accept_within, max((starts_at - offered_at) / 2, ACCEPT_WITHIN_MIN))
    return add_working_time(offered_at, min(accept_within, max(left / 2, ACCEPT_WITHIN_MIN)), hours)


def offer(
    facts: OfferFacts,
    asked: Asked | None,
    *,
    by: UUID | None,
    accept_within: timedelta | None,
    override_reason: str | None,
    now: datetime,
    excused: Collection[str] = (),
) -> Outcome:
    """Offer a planned visit. The time of those asked is booked, and the time to accept starts.

    Raises:
        VisitMoveRefused: the visit is already offered, accepted or over.
        AssigneeNotFound: there is nobody to ask.
        AssigneeImpossible, AssigneeUnsuitable, JobNotPlannable, NotReadyThen, VisitTimeInvalid, WorkerBusy:
            see `let_people_pass`.
    """
    visit, terms = facts.visit, facts.terms
    check_move(visit, VisitStatus.OFFERED)
    if asked is None:
        raise AssigneeNotFound
    overruled = let_people_pass(
        terms.rules.plan(visit.starts_at, visit.ends_at, now=now),
        Team(facts.people, asked.worker_id, is_crew=asked.crew_id is not None),
        reason=override_reason,
        clashes=facts.clashes,
        excused=excused,
        now=now,
    )
    within = accept_within or terms.accept_within
    hours = terms.hours.periods(since=now, until=visit.starts_at)
    opened = open_offer(
        visit,
        asked,
        accept_within=within,
        hours=hours,
        in_spite_of=overruled.get("in_spite_of", ()),
        now=now,
    )
    accept_by = opened.offer.expires_at
    ladder = ladders.plan_ladder(terms.ladder, offered_at=now, accept_by=accept_by, hours=hours)
    return changed(
        visit,
        *opened.changes,
        entry(visit.id, "offered", by=by, now=now, payload=opened.payload | overruled),
        news=[opened.news],
        now=now,
        ladder=ladders.as_json(ladder),
        ladder_next=0,
        accept_within_s=int(within.total_seconds()),
        escalate_at=ladders.next_escalation(ladder, 0, accept_by=accept_by),
        **opened.becomes,
    )


class Opened(NamedTuple):
    """A new offer, as parts of an `Outcome`."""

    offer: OfferState
    changes: list[Insert]
    news: VisitOffered
    becomes: dict[str, Any]

    @property
    def payload(self) -> dict[str, Any]:
        return {"offer_id": str(self.offer.id), "worker_id": str(self.offer.worker_id)}


def open_offer(
    visit: VisitState,
    asked: Asked,
    *,
    accept_within: timedelta,
    hours: Sequence[Span] | None = None,
    in_spite_of: Sequence[str] = (),
    now: datetime,
) -> Opened:
    """`hours` are those in which people can answer. None: at any hour."""
    accept_by = acceptance_deadline(
        offered_at=now, starts_at=visit.starts_at, accept_within=accept_within, hours=hours
    )
    made = OfferState(uuid7(), asked.worker_id, asked.crew_id, OfferStatus.PENDING, expires_at=accept_by)
    booked = take_time(visit.time, asked.members, if_taken=WorkerBusy)
    terms = {
        "in_spite_of": list(in_spite_of),
        "people": len(asked.members),
        "runs_in_hours": hours is not None,
    }
    row = Insert("offer", {"visit_id": visit.id, "offered_at": now, **terms, **made._asdict()})
    news = VisitOffered(visit_id=visit.id, offer_id=made.id, worker_id=made.worker_id, accept_by=accept_by)
    becomes = {
        "status": VisitStatus.OFFERED,
        "worker_id": asked.worker_id,
        "crew_id": asked.crew_id,
        "accept_by": accept_by,
    }
    return Opened(made, [*booked, row], news, becomes)


def accept(facts: AnswerFacts, *, by: UUID, command: Command, now: datetime) -> Outcome:
    """The worker accepts the visit. Accepting again changes nothing.

    Raises:
        OfferExpiredAlready, OfferTaken, OfferClosed: there is nothing to accept.
    """
    visit, offer = facts
    if offer.status == OfferStatus.ACCEPTED:
        return Outcome(visit)
    _check_open(offer, visit, now=now)
    return changed(
        visit,
        answered(offer, OfferStatus.ACCEPTED, now=now),
        settle_items(OFFER_ITEMS, visit.id, now=now),
        entry(visit.id, "accepted", by=by, command=command, now=now, payload={"offer_id": str(offer.id)}),
        news=[VisitAccepted(visit_id=visit.id, worker_id=offer.worker_id)],
        now=now,
        status=VisitStatus.ACCEPTED,
        accepted_at=now,
        accept_by=None,
        escalate_at=None,
    )


def decline(facts: AnswerFacts, *, by: UUID, reason: str, command: Command, now: datetime) -> Outcome:
    """The worker declines. His time is free again, the dispatcher is told, the ladder goes on.

    Raises:
        OfferExpiredAlready, OfferTaken, OfferClosed: there is nothing to decline.
    """
    visit, offer = facts
    _check_open(offer, visit, now=now)
    payload = {"offer_id": str(offer.id), "reason": reason}
    item, item_news = add_item(
        Item("dispatcher", InboxKind.OFFER_DECLINED, "visit", visit.id, {"reason": reason}, str(offer.id))
    )
    declined = OfferDeclined(visit_id=visit.id, offer_id=offer.id, worker_id=offer.worker_id, reason=reason)
    return changed(
        visit,
        answered(offer, OfferStatus.DECLINED, now=now, decline_reason=reason),
        settle_items(WHILE_HELD, visit.id, now=now),
        free_time(visit.id),
        item,
        entry(visit.id, "declined", by=by, command=command, now=now, payload=payload),
        news=[declined, item_news],
        now=now,
        **back_to_planned(visit),
    )


def back_to_planned(visit: VisitState) -> dict[str, Any]:
    """New values of a visit whose offer was declined: planned again, the ladder goes on."""
    ladder = ladders.from_json(visit.ladder)
    next_step = ladders.next_escalation(ladder, visit.ladder_next, accept_by=None)
    return {**NOBODY_ASKED, "escalate_at": next_step}


def _check_open(offer: OfferState, visit: VisitState, *, now: datetime) -> None:
    """Refuse an answer that comes too late or to an offer that is no longer open."""
    if offer.status == OfferStatus.EXPIRED or (
        offer.status == OfferStatus.PENDING and offer.expires_at <= now
    ):
        raise OfferExpiredAlready(expired_at=offer.expires_at.isoformat())
    if offer.status != OfferStatus.PENDING:
        is_his = offer.status == OfferStatus.ACCEPTED and visit.worker_id == offer.worker_id
        if is_his or visit.status in (VisitStatus.PLANNED, VisitStatus.CANCELED):
            raise OfferClosed
        raise OfferTaken
