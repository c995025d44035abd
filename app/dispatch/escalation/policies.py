"""Climbing the ladder of one visit: which steps are due, and what each of them changes.

Nothing is read or written here. When a step must ask the next candidate, the climb stops. The caller finds
the candidate and then continues the climb.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from app.contracts.dispatch import OfferExpired, OfferReminded, VisitEscalated
from app.contracts.event import Event
from app.core.changes import Change
from app.core.hours import Span
from app.dispatch.candidates.policies import Candidate
from app.dispatch.offers import ladders, policies, taking_back
from app.dispatch.offers.ladders import Step
from app.dispatch.offers.policies import Asked
from app.dispatch.offers.states import NOBODY_ASKED, OfferState
from app.dispatch.visits.states import Outcome, VisitState, changed, entry
from app.notifications.api import InboxKind, Item, add_item, at_site
from app.orders.api import Action

ItemKey = tuple[str, str]
"""Kind and occurrence of an inbox item."""


class Overdue(NamedTuple):
    """A visit whose escalation is due, with the facts a climb needs."""

    visit: VisitState
    accept_within: timedelta
    offer: OfferState | None
    """The offer that waits for an answer."""
    known_items: frozenset[ItemKey]
    """Inbox items this visit already has. None of them is added twice."""
    site_zone: str | None = None
    """None: the company's zone counts on site too."""


class Climb:
    """Collects what the due steps change; `outcome` returns all of it."""

    def __init__(self, overdue: Overdue, *, now: datetime) -> None:
        self._was = overdue.visit
        self._accept_within = overdue.accept_within
        self._known_items = set(overdue.known_items)
        self._site_zone = overdue.site_zone
        self._now = now
        self.offer = overdue.offer
        self.ladder = ladders.from_json(self._was.ladder)
        self._next = self._was.ladder_next
        self._accept_by = self._was.accept_by
        self._escalate_at = self._was.escalate_at
        self._becomes: dict[str, Any] = {}
        self._changes: list[Change] = []
        self._history: list[Change] = []
        self._news: list[Event] = []

    def go_on(self) -> bool:
        """Take every due step in time order. At equal times the end of the offer comes before the step.

        Returns True when the next candidate must be asked: call `ask` or `nobody_left`, then `go_on` again.
        Until then `_escalate_at` still names the step just taken; both of them look ahead themselves.
        Returns False when nothing more is due.
        """
        while self._escalate_at is not None and self._escalate_at <= self._now:
            if self._accept_by is not None and self._accept_by <= self._escalate_at:
                self._expire_offer()
                continue
            step = self.ladder[self._next]
            self._next += 1
            if step.action == Action.REOFFER_NEXT and self._accept_by is None:
                return True
            self._take(step)
            self._look_ahead()
        return False

    def _take(self, step: Step) -> None:
        match step.action:
            case Action.REMIND_WORKER:
                self._remind_worker()
            case Action.NOTIFY_DISPATCHER:
                self._notify("dispatcher", InboxKind.OFFER_UNANSWERED)
            case Action.NOTIFY_SUPERVISOR:
                self._notify("supervisor", InboxKind.NOBODY_ACCEPTS)
            case Action.REOFFER_NEXT:
                pass  # `go_on` comes here only while somebody still has an offer to answer

    def _look_ahead(self) -> None:
        self._escalate_at = ladders.next_escalation(self.ladder, self._next, accept_by=self._accept_by)

    def _expire_offer(self) -> None:
        offer = self.offer
        assert offer is not None  # noqa: S101  # a visit with accept_by has its pending offer: CHECK and unique index
        self._changes += taking_back.expire(self._was, offer, now=self._now)
        self._becomes |= NOBODY_ASKED
        self._record("offer_expired", offer)
        self._news.append(OfferExpired(visit_id=self._was.id, offer_id=offer.id, worker_id=offer.worker_id))
        self.offer, self._accept_by = None, None
        if not ladders.is_told_later(self.ladder, self._next):
            self._tell("dispatcher", InboxKind.OFFER_UNANSWERED, occurrence=str(offer.id))
        self._look_ahead()

    def _remind_worker(self) -> None:
        """Remind whoever can still answer an offer. If there is none, or its time is over, nobody is reminded."""
        offer = self.offer
        if offer is None or offer.expires_at <= self._now:
            return
        self._record("worker_reminded", offer)
        self._tell("worker", InboxKind.OFFER_REMINDER, occurrence=str(offer.id), user_id=offer.worker_id)
        self._news.append(OfferReminded(visit_id=self._was.id, offer_id=offer.id, worker_id=offer.worker_id))

    def _notify(self, audience: str, kind: InboxKind) -> None:
        self._record(f"{audience}_notified")
        self._tell(audience, kind, occurrence=str(self._next))
        self._news.append(VisitEscalated(visit_id=self._was.id, to=audience))

    def ask(self, asked: Asked, *, hours: Sequence[Span] | None = None) -> None:
        """Offer the visit to the next candidate. The later steps are counted from now, in his `hours`."""
        opened = policies.open_offer(
            self._was, asked, accept_within=self._accept_within, hours=hours, now=self._now
        )
        self._changes += opened.changes
        self._becomes |= opened.becomes
        self._news.append(opened.news)
        self.offer, self._accept_by = opened.offer, opened.offer.expires_at
        self.ladder = ladders.put_off_rest(
            self.ladder,
            self._next,
            reoffered_at=self._now,
            accept_by=opened.offer.expires_at,
            hours=hours,
        )
        self._record("reoffered", opened.offer)
        self._look_ahead()

    def nobody_left(self) -> None:
        """Tell the supervisor now, and drop the later step that would tell him again."""
        self._notify("supervisor", InboxKind.NOBODY_ACCEPTS)
        said_again = ladders.find_supervisor_step(self.ladder, self._next)
        if said_again is not None:
            del self.ladder[said_again]
        self._look_ahead()

    def _record(self, kind: str, offer: OfferState | None = None) -> None:
        payload = {"offer_id": str(offer.id), "worker_id": str(offer.worker_id)} if offer else {}
        self._history.append(entry(self._was.id, kind, by=None, now=self._now, payload=payload))

    def _tell(self, audience: str, kind: InboxKind, *, occurrence: str, user_id: UUID | None = None) -> None:
        if (kind, occurrence) in self._known_items:
            return
        self._known_items.add((kind, occurrence))
        params = at_site(self._was.starts_at, self._site_zone)
        row, news = add_item(Item(audience, kind, "visit", self._was.id, params, occurrence, user_id))
        self._changes.append(row)
        self._news.append(news)

    def outcome(self) -> Outcome:
        becomes = {
            "ladder": ladders.as_json(self.ladder),
            "ladder_next": self._next,
            "escalate_at": self._escalate_at,
            "accept_by": self._accept_by,
        }
        return changed(
            self._was,
            *self._changes,
            *self._history,
            news=self._news,
            now=self._now,
            **self._becomes | becomes,
        )


def first_available(candidates: Sequence[Candidate]) -> Asked | None:
    """The first candidate who can come. None when nobody is left."""
    for one in candidates:
        if not one.refused_because:
            return Asked(one.worker_id, one.members, one.id if one.kind == "crew" else None)
    return None
