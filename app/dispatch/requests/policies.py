"""Which statuses a request can get. Pure functions."""

from enum import StrEnum


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
