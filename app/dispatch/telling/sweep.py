"""Tells clients what has changed about their visits.

`visit_telling.tell_at` says when to look. The sweep compares what the client was told last with what is true,
whatever changed it. It plans the message that is missing and stops messages that are no longer true. Where
no message can go, or one may not have arrived, an inbox item asks a person to tell the client.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, NamedTuple
from uuid import UUID

from app.core.changes import Change, Insert, Update
from app.core.clock import Clock
from app.db.session import Sessions
from app.db.sweeps import FreeSweep
from app.db.work import Work, begin_work
from app.dispatch.confirmation.links import Links
from app.dispatch.telling import queries, wording
from app.dispatch.telling.facts import VisitToTell
from app.dispatch.telling.policies.decisions import Decision, decide, decide_for_nobody
from app.dispatch.telling.policies.notices import Notice, Says, Words, kind_of
from app.dispatch.visits.policies import Phase
from app.notifications import api as notifications
from app.notifications.api import InboxKind, Item, add_item

AT_ONCE = 20
COMPANIES_AT_ONCE = 2
ON_MY_WAY_FOR = timedelta(minutes=30)
"""An SMS “on my way” that could not be sent for this long is dropped."""
LIES_AHEAD = (Phase.AHEAD, Phase.ON_THE_WAY)
"""Before such a visit, only notices to numbers that the client still has count as heard. After a visit has been
called off or has failed all notices count: each promise is taken back, and once."""
STOPPED_BECAUSE = {Phase.THERE: "arrived", Phase.FAILED: "not_coming"}
"""`status_reason` of messages that are stopped. Otherwise `visit_changed`."""


class Teller:
    """The sweep `telling`. `links` makes the links by which clients answer."""

    def __init__(self, links: Links) -> None:
        self._links = links

    def sweep(self) -> FreeSweep:
        return FreeSweep("telling", self.tell_clients, AT_ONCE, COMPANIES_AT_ONCE)

    async def tell_clients(self, sessions: Sessions, company_id: UUID, clock: Clock) -> int:
        """Look at the visits that have changed or are near. Returns how many there were, at most AT_ONCE."""
        now = clock.now()
        async with begin_work(sessions, company_id) as work:
            due = await work.all(queries.DUE_TELLINGS, now=now, at_most=AT_ONCE)
            if due:
                await self._look_at(work, due, now=now)
        return len(due)

    async def _look_at(self, work: Work, visit_ids: Sequence[UUID], *, now: datetime) -> None:
        decided = await decide_about(work, visit_ids, now=now)
        stopped = await _stop_messages(work, decided)
        for visit, notices, decision in decided:
            if stopped.issuperset(decision.stop):
                Telling(work, self._links, visit, notices, now=now).carry_out(decision)
            else:  # a message left before it could be stopped, so the client knows something else
                work.write(Update("visit_telling", {"visit_id": visit.visit_id}, {"tell_at": now}))


class Decided(NamedTuple):
    visit: VisitToTell
    notices: Sequence[Notice]
    """What its client was told, oldest first."""
    decision: Decision


async def decide_about(work: Work, visit_ids: Sequence[UUID], *, now: datetime) -> list[Decided]:
    """Compare what the clients of these visits were told with what is true. Nothing is written."""
    visits = await work.all(queries.VISITS_TO_TELL, visits=visit_ids)
    found = await work.all(queries.NOTICES, visits=visit_ids)
    notices = {
        visit: [one.notice for one in some] for visit, some in groupby(found, lambda one: one.visit_id)
    }
    return [_decide(visit, notices.get(visit.visit_id, []), now=now) for visit in visits]


def _decide(visit: VisitToTell, notices: Sequence[Notice], *, now: datetime) -> Decided:
    if visit.truth.phase in LIES_AHEAD:
        notices = [one.seen_from(visit.numbers) for one in notices]
    if visit.is_client:
        decision = decide(visit.truth, notices, visit.phone, touches=visit.touches, now=now)
    else:
        decision = decide_for_nobody(notices)
    return Decided(visit, notices, decision)


async def _stop_messages(work: Work, decided: Sequence[Decided]) -> set[UUID]:
    """Stop messages that are no longer true. Returns those that had not left yet."""
    reasons = {
        message_id: STOPPED_BECAUSE.get(visit.truth.phase, "visit_changed")
        for visit, _, decision in decided
        for message_id in decision.stop
    }
    return await notifications.stop_messages(work, reasons) if reasons else set()


class Telling:
    """Carries out what was decided about one visit."""

    def __init__(
        self, work: Work, links: Links, visit: VisitToTell, notices: Sequence[Notice], *, now: datetime
    ) -> None:
        self._work = work
        self._links = links
        self._visit = visit
        self._notices = notices
        self._now = now

    def carry_out(self, decision: Decision) -> None:
        if decision.settle:
            self._work.write(notifications.settle_found(decision.settle, now=self._now))
        if decision.tell is not None:
            self._tell(decision.tell, decision)
        if decision.doubt is not None:
            self._ask_a_person_about(decision.doubt, is_unanswered=decision.is_unanswered)
        if decision.escalate is not None:
            self._tell_supervisor_of(decision.escalate)
        if self._visit.needs_new_time:
            self._work.write(self._add(self._new_time()))
        self._work.write(Update("visit_telling", {"visit_id": self._visit.visit_id}, self._clock(decision)))

    def _clock(self, decision: Decision) -> dict[str, Any]:
        last = decision.tell or (self._notices[-1].words if self._notices else None)
        return {
            "tell_at": decision.look_at,
            "has_item": decision.has_item,
            "names_somebody": self._visit.rules.names_late
            or (last is not None and (last.who is not None or last.says == Says.NOT_COMING)),
        }

    def _tell(self, words: Words, decision: Decision) -> None:
        name = wording.name_of(words, self._visit, told=self._told_name())
        if self._visit.phone is not None:
            message = self._message(words, decision, self._visit.phone, name=name)
            self._note(words, name, message, message_id=message.row["id"])
        else:
            item = self._add(self._item_without_phone(words, name=name))
            self._note(words, name, item, item_id=item.row["id"])
        if words not in [one.words for one in self._notices]:
            for one in self._follow_up(words):
                self._work.write(self._add(one))

    def _told_name(self) -> str:
        return next((one.who_name for one in reversed(self._notices) if one.was_told and one.who_name), "")

    def _message(self, words: Words, decision: Decision, phone: str, *, name: str) -> Insert:
        visit, not_after = self._visit, decision.until
        if words.says == Says.ON_THE_WAY and not_after is not None:
            not_after = min(not_after, self._now + ON_MY_WAY_FOR)
        return notifications.plan_message(
            kind_of(words),
            wording.say(words, visit, who_name=name, link=self._link() if words.has_link else ""),
            audience="client",
            recipient_id=visit.client_id,
            phone=phone,
            lang=visit.lang,
            sender=visit.sms_sender,
            subject_kind="visit",
            subject_id=visit.visit_id,
            occurrence=str(self._next_number),
            now=self._now,
            not_after=not_after,
            timezone=visit.site_zone,
        )

    def _link(self) -> str:
        """The address of the client's page, for this notice."""
        url, row = self._links.make(
            self._visit.visit_id, self._next_number, window_ends_at=self._visit.window_ends_at
        )
        self._work.write(row)
        return url

    @property
    def _next_number(self) -> int:
        return self._notices[-1].number + 1 if self._notices else 1

    def _note(self, words: Words, who_name: str, *changes: Change, **by: UUID) -> None:
        row = {
            "visit_id": self._visit.visit_id,
            "number": self._next_number,
            "says": words.says,
            "window_starts_at": words.window.starts_at,
            "window_ends_at": words.window.ends_at,
            "who_id": words.who,
            "who_name": who_name,
            "departed_at": words.departed_at,
            "asks": words.asks,
            "message_id": None,
            "item_id": None,
            "created_at": self._now,
        }
        self._work.write(*changes, Insert("client_notice", row | by))

    def _ask_a_person_about(self, notice: Notice, *, is_unanswered: bool) -> None:
        if is_unanswered:
            item = self._add(self._item_unanswered(notice))
        else:
            params = {"message_id": str(notice.message_id), "status": str(notice.message_status)}
            item = self._add(self._item(InboxKind.MESSAGE_NOT_DELIVERED, notice.words, **params))
        which = {"visit_id": self._visit.visit_id, "number": notice.number}
        self._work.write(item, Update("client_notice", which, {"item_id": item.row["id"]}, expected=1))

    def _item_unanswered(self, question: Notice) -> Item:
        is_new = self._visit.is_new_client
        kind = InboxKind.NEW_CLIENT_UNCONFIRMED if is_new else InboxKind.VISIT_UNCONFIRMED
        return self._item(kind, question.words, phone=self._visit.phone_to_call or "")

    def _tell_supervisor_of(self, notice: Notice) -> None:
        """A new client has not answered, and nobody has called him."""
        item = self._add(self._item_unanswered(notice)._replace(audience="supervisor"))
        which = {"visit_id": self._visit.visit_id, "number": notice.number}
        to = {"supervisor_item_id": item.row["id"]}
        self._work.write(item, Update("client_notice", which, to, expected=1))

    def _item_without_phone(self, words: Words, *, name: str) -> Item:
        if words.says == Says.ON_THE_WAY and self._visit.expected_at is not None:
            expected = self._visit.expected_at.isoformat()
            kind = InboxKind.CLIENT_WITHOUT_PHONE
            return self._item(kind, words, worker=self._visit.worker or "", expected_at=expected)
        return self._item(InboxKind.CLIENT_NOT_TOLD, words, who=name)

    def _follow_up(self, words: Words) -> Iterator[Item]:
        """What the office must do itself after this news."""
        if words.says == Says.NOT_COMING:
            yield self._item(InboxKind.WORKER_NEEDED, words)

    def _new_time(self) -> Item:
        """Whoever was told or not: somebody must agree another time. Once for each visit that failed."""
        item = self._item(InboxKind.NEW_TIME_NEEDED, Words(Says.FAILED, self._visit.truth.window))
        visit = self._visit
        return item._replace(subject_kind="job", subject_id=visit.job_id, occurrence=str(visit.visit_id))

    def _item(self, kind: InboxKind, words: Words, **params: str) -> Item:
        params |= {
            "message": kind_of(words),
            "starts_at": words.window.starts_at.isoformat(),
            "site_zone": self._visit.site_zone,
        }
        occurrence = f"{self._next_number}:{self._now.isoformat()}"
        return Item("dispatcher", kind, "visit", self._visit.visit_id, params, occurrence)

    def _add(self, item: Item) -> Insert:
        row, news = add_item(item)
        self._work.announce(news)
        return row._replace(once=True)
