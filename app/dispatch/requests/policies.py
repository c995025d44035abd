"""Which statuses a request can get, and until when it should have its first response. Pure functions."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from app.core.errors import DomainError
from app.core.hours import DayHours, add_working_time, hours_between

HOURS_AHEAD = timedelta(days=14)
"""How far ahead the hours of the office are looked at. If none lies in this time, the rest runs by the clock."""


class RequestStatus(StrEnum):
    NEW = "new"
    RESPONDED = "responded"
    CONVERTED = "converted"
    CLOSED = "closed"
    DUPLICATE = "duplicate"
    SPAM = "spam"


S = RequestStatus

MOVES: dict[RequestStatus, frozenset[RequestStatus]] = {
    S.NEW: frozenset({S.RESPONDED, S.CLOSED, S.DUPLICATE, S.SPAM}),
    S.RESPONDED: frozenset({S.CLOSED, S.DUPLICATE, S.SPAM}),
    S.CLOSED: frozenset({S.RESPONDED}),
    S.DUPLICATE: frozenset({S.RESPONDED}),
    S.SPAM: frozenset({S.RESPONDED}),
    S.CONVERTED: frozenset(),
}
"""Moves by hand. Only a booking makes a request converted. A request closed by mistake can be reopened."""


def may_move(was: str, to: str) -> bool:
    return was == to or S(to) in MOVES[S(was)]


def may_book(status: str) -> bool:
    """A duplicate or spam must be reopened before it can be booked."""
    return status in (S.NEW, S.RESPONDED, S.CLOSED)


ENDED = frozenset({S.CLOSED, S.DUPLICATE, S.SPAM})
"""Nothing comes of it, and it has a reason."""


NOT_ENDED: dict[str, Any] = {"closed_at": None, "loss_reason": None, "reason": ""}
"""What an open request says of its end."""


class RequestReasonMisplaced(DomainError):
    """A reason says why a request has ended. One of the list belongs to closed requests: duplicates and spam are no
    losses."""

    status = 422
    code = "request_reason_misplaced"


def ending(was: str, to: str, *, loss_reason: str | None, reason: str, now: datetime) -> dict[str, Any]:
    """What a move to another status changes of how a request ended. The reasons are those that are sent.

    Raises:
        RequestReasonMisplaced: see there.
    """
    if (loss_reason is not None and to != S.CLOSED) or (reason and to not in ENDED):
        raise RequestReasonMisplaced
    if was == to:
        return {}
    return {"closed_at": now} if to in ENDED else NOT_ENDED


class ResponseTerms(NamedTuple):
    """What a company promises whoever asks."""

    within_min: int
    office_hours: Sequence[dict[str, Any]] | None
    """None: the office answers at any hour."""
    timezone: str


def response_deadline(terms: ResponseTerms, *, received_at: datetime) -> datetime:
    """When a request should have its first response: minutes of the office's hours after it came in."""
    within = timedelta(minutes=terms.within_min)
    if terms.office_hours is None:
        return received_at + within
    week = [DayHours(**one) for one in terms.office_hours]
    until = received_at + HOURS_AHEAD
    hours = hours_between(week, zone=ZoneInfo(terms.timezone), since=received_at, until=until)
    return add_working_time(received_at, within, hours)
