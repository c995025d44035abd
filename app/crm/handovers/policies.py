"""What a new colleague must know of a client at once: values in, values out."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.history import HistoryRow
from app.crm.cards.values import Card, Happened

CONTACTS_SHOWN = 5
CONTACTS = frozenset({"interaction", "text", "visit_answer", "chat"})
"""What counts as a contact: somebody said something. Our own messages say nothing of the client."""
NOT_REACHED = frozenset({"failed", "unknown", "expired"})
TO_WIN_BACK = frozenset({"dormant", "returnee"})
MADE_BY = frozenset({"completed", "partially_completed", "not_completed"})


class HandoverCode(StrEnum):
    """What a line says. Its sentence has the same key in `[handover]`."""

    OPEN = "open"
    VISIT_PROMISED = "visit_promised"
    TASK_DUE = "task_due"
    PRODUCTION_READY = "production_ready"
    MONEY_DUE = "money_due"
    VALID_UNTIL = "valid_until"
    NEXT_VISIT = "next_visit"
    CONTACT = "contact"
    ARCHIVED = "archived"
    NO_PHONE = "no_phone"
    NEW_CLIENT = "new_client"
    STATUS = "status"
    DISAPPOINTED = "disappointed"
    NO_ADVERTISING = "no_advertising"
    OVERDUE = "overdue"
    NOT_REACHED = "not_reached"
    TIME_DOES_NOT_SUIT = "time_does_not_suit"


PROMISE_OF = {
    "visit": HandoverCode.VISIT_PROMISED,
    "task": HandoverCode.TASK_DUE,
    "production": HandoverCode.PRODUCTION_READY,
    "invoice": HandoverCode.MONEY_DUE,
    "estimate": HandoverCode.VALID_UNTIL,
    "proposal": HandoverCode.VALID_UNTIL,
}
"""What the date of an open matter means."""


class Knows(StrEnum):
    """Why somebody can tell more of the client."""

    HAS_TASK = "has_task"
    GOES = "goes"
    WAS_THERE = "was_there"
    SPOKE = "spoke"


class Line(NamedTuple):
    """One sentence of the view."""

    code: HandoverCode
    about: Happened | None = None
    """The entry of the history that it speaks of."""
    at: datetime | None = None
    on: date | None = None


class Colleague(NamedTuple):
    role: Knows
    person_id: UUID
    name: str
    about: Happened


class Known(NamedTuple):
    """All that the view is made of."""

    card: Card
    open_matters: Sequence[Happened]
    """The oldest first."""
    lately: Sequence[Happened]
    """What happened until now, the newest first."""
    wants_no_advertising: bool
    """He has said stop, at one of his contacts or all."""
    now: datetime
    zone: ZoneInfo

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()


def open_matters(known: Known) -> list[Line]:
    """What is not finished. What disappointed the client is a warning."""
    return [Line(HandoverCode.OPEN, one) for one in known.open_matters if one.row.kind != "disappointment"]


def promises(known: Known) -> list[Line]:
    """What has a date, the nearest first."""
    dated = [
        Line(code, one, at=one.row.due_at, on=_day(one.row, known.zone))
        for one in known.open_matters
        if (code := PROMISE_OF.get(one.row.kind)) and (one.row.due_at or one.row.due_on)
    ]
    if known.card.life and known.card.life.due_on:
        dated.append(Line(HandoverCode.NEXT_VISIT, on=known.card.life.due_on))
    return sorted(dated, key=lambda line: line.on or date.max)


def _day(row: HistoryRow, zone: ZoneInfo) -> date | None:
    return row.due_at.astimezone(zone).date() if row.due_at else row.due_on


def last_contacts(known: Known) -> list[Line]:
    """Who said what last, the newest first."""
    said = [one for one in known.lately if one.row.kind in CONTACTS]
    return [Line(HandoverCode.CONTACT, one, at=one.row.at) for one in said[:CONTACTS_SHOWN]]


def warnings(known: Known) -> list[Line]:
    """What somebody who calls the client now should not learn from him."""
    return [
        *_of_card(known.card),
        *(
            Line(HandoverCode.DISAPPOINTED, one)
            for one in known.open_matters
            if one.row.kind == "disappointment"
        ),
        *_overdue(known),
        *_unheard(known),
        *([Line(HandoverCode.NO_ADVERTISING)] if known.wants_no_advertising else []),
    ]


def _of_card(card: Card) -> Iterable[Line]:
    if card.client.archived_at:
        yield Line(HandoverCode.ARCHIVED)
    if card.client.phone is None:
        yield Line(HandoverCode.NO_PHONE)
    if card.life is None:
        return
    if card.life.is_new:
        yield Line(HandoverCode.NEW_CLIENT)
    if card.life.status in TO_WIN_BACK:
        yield Line(HandoverCode.STATUS)


def _overdue(known: Known) -> Iterable[Line]:
    """Open matters whose day is over, by the company's calendar; a task whose time is over."""
    for one in known.open_matters:
        day = _day(one.row, known.zone)
        is_late = one.row.due_at < known.now if one.row.due_at else day is not None and day < known.today
        if one.row.kind in PROMISE_OF and is_late:
            yield Line(HandoverCode.OVERDUE, one, on=day)


def _unheard(known: Known) -> Iterable[Line]:
    """The last message, if it may not have arrived; the last answer, if the time of the visit does not suit."""
    last = {one.row.kind: one for one in reversed(known.lately)}
    message, answer = last.get("message"), last.get("visit_answer")
    if message and message.row.status in NOT_REACHED:
        yield Line(HandoverCode.NOT_REACHED, message, on=_local(message.row.at, known.zone))
    is_ahead = any(one.row.kind == "visit" for one in known.open_matters)
    if answer and is_ahead and answer.row.status in ("no", "move"):
        yield Line(HandoverCode.TIME_DOES_NOT_SUIT, answer)


def _local(moment: datetime, zone: ZoneInfo) -> date:
    return moment.astimezone(zone).date()


def colleagues(known: Known) -> list[Colleague]:
    """Who has to do with the client. One person can be there for several reasons, each once."""
    done = [one for one in known.lately if one.row.kind == "visit" and one.row.status in MADE_BY]
    spoken = [one for one in known.lately if one.row.kind == "interaction"]
    found = [
        *((Knows.HAS_TASK, one) for one in known.open_matters if one.row.kind == "task"),
        *((Knows.GOES, one) for one in known.open_matters if one.row.kind == "visit"),
        *((Knows.WAS_THERE, one) for one in done[:1]),
        *((Knows.SPOKE, one) for one in spoken[:1]),
    ]
    named = [
        Colleague(role, one.row.person_id, one.person, one)
        for role, one in found
        if one.row.person_id and one.person
    ]
    return list({(one.role, one.person_id): one for one in reversed(named)}.values())[::-1]
