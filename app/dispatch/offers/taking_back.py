"""Decisions that end an offer without an answer of the worker. They return what must be written."""

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.contracts.dispatch import OfferWithdrawn
from app.core.errors import DomainError
from app.dispatch.offers import ladders
from app.dispatch.offers.states import ALL_ITEMS, NOBODY_ASKED, WHILE_HELD, OfferState, OfferStatus, answered
from app.dispatch.visits.policies import VisitStatus
from app.dispatch.visits.states import Outcome, VisitState, changed, check_move, check_not_pinned, entry
from app.notifications.api import settle_items
from app.workforce.api import free_time


class NobodyAsked(DomainError):
    """The visit is offered to nobody, so there is nothing to withdraw."""

    code = "nobody_asked"


def pass_on(visit: VisitState, offer: OfferState, *, now: datetime) -> Outcome:
    """Whoever is asked does not work here any more: his offer ends, and the ladder asks the next one at once."""
    ladder = ladders.bring_forward(ladders.from_json(visit.ladder), visit.ladder_next, now=now)
    payload = {"offer_id": str(offer.id), "worker_id": str(offer.worker_id)}
    return changed(
        visit,
        answered(offer, OfferStatus.WITHDRAWN, now=now),
        settle_items(WHILE_HELD, visit.id, now=now),
        free_time(visit.id),
        entry(visit.id, "passed_on", by=None, now=now, payload=payload),
        news=_withdrawal(visit, offer, now=now),
        now=now,
        ladder=ladders.as_json(ladder),
        escalate_at=ladders.next_escalation(ladder, visit.ladder_next, accept_by=None),
        **NOBODY_ASKED,
    )


def withdraw(visit: VisitState, open_offer: OfferState | None, *, by: UUID, now: datetime) -> Outcome:
    """The dispatcher withdraws an offer or an accepted visit. The ladder ends; nobody else is asked.

    Raises:
        NobodyAsked: it is offered to nobody.
        VisitMoveRefused: the worker has arrived, or the visit is over.
        VisitIsPinned: it is to stay with its people.
    """
    if visit.status == VisitStatus.PLANNED:
        raise NobodyAsked
    check_move(visit, VisitStatus.PLANNED)
    check_not_pinned(visit)
    return take_from(visit, open_offer, by=by, now=now)


def take_from(visit: VisitState, open_offer: OfferState | None, *, by: UUID, now: datetime) -> Outcome:
    """Take a visit from whoever has it or is asked. The caller has checked that this may be."""
    taken = take_back(visit, open_offer, now=now)
    return changed(
        visit,
        *taken.changes,
        entry(visit.id, "withdrawn", by=by, now=now, payload=who_had(visit)),
        news=taken.news,
        now=now,
        **taken.becomes,
    )


def who_had(visit: VisitState) -> dict[str, str]:
    """What the history keeps of a visit that is taken from somebody: its status and whose it was."""
    was = {"status": visit.status, "worker_id": visit.worker_id, "crew_id": visit.crew_id}
    return {f"was_{name}": str(value) for name, value in was.items() if value is not None}


class TakenBack(NamedTuple):
    """A visit taken back from whoever was asked or had accepted, as parts of an `Outcome`."""

    changes: list[Any]
    news: list[OfferWithdrawn]
    becomes: dict[str, Any]


def take_back(visit: VisitState, offer: OfferState | None, *, now: datetime) -> TakenBack:
    """Take a visit back. `offer` is the open one, pending or accepted; None if there is none."""
    becomes: dict[str, Any] = {
        "ladder": [],
        "ladder_next": 0,
        "escalate_at": None,
        "accept_by": None,
        "accepted_at": None,
        "departed_at": None,
        "expected_at": None,
    }
    settled = settle_items(ALL_ITEMS, visit.id, now=now)
    if offer is None:
        return TakenBack([settled], [], becomes)
    changes = [answered(offer, OfferStatus.WITHDRAWN, now=now), free_time(visit.id), settled]
    return TakenBack(changes, _withdrawal(visit, offer, now=now), {**becomes, **NOBODY_ASKED})


def _withdrawal(visit: VisitState, offer: OfferState, *, now: datetime) -> list[OfferWithdrawn]:
    """The event for the worker. Empty if his time to answer is over, even if no sweep has noticed yet."""
    was_accepted = offer.status == OfferStatus.ACCEPTED
    if not was_accepted and offer.expires_at <= now:
        return []
    return [
        OfferWithdrawn(
            visit_id=visit.id,
            offer_id=offer.id,
            worker_id=offer.worker_id,
            was_accepted=was_accepted,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
        )
    ]


def expire(visit: VisitState, offer: OfferState, *, now: datetime) -> list[Any]:
    """The changes of the offer and of the booked time when nobody answers. The caller changes the visit."""
    return [
        answered(offer, OfferStatus.EXPIRED, now=now),
        settle_items(WHILE_HELD, visit.id, now=now),
        free_time(visit.id),
    ]
