"""What may become of a request: values in, values out."""

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
"""By hand. Only a booking makes one converted; what was put aside by mistake is taken up again."""


def may_move(was: str, to: str) -> bool:
    return was == to or S(to) in MOVES[S(was)]


def may_book(status: str) -> bool:
    """A request put aside as a duplicate or spam is first taken up again."""
    return status in (S.NEW, S.RESPONDED, S.CLOSED)
