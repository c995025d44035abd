"""Statuses of touches and of clients in plans."""

from enum import StrEnum


class TouchStatus(StrEnum):
    PLANNED = "planned"
    """Its time has not come."""
    QUEUED = "queued"
    """The sender of messages has it."""
    OPEN = "open"
    """Somebody has a task."""
    SENT = "sent"
    DONE = "done"
    SKIPPED = "skipped"
    FAILED = "failed"


T = TouchStatus
MOVES: dict[TouchStatus, frozenset[TouchStatus]] = {
    T.PLANNED: frozenset({T.QUEUED, T.OPEN, T.SKIPPED}),
    T.QUEUED: frozenset({T.PLANNED, T.OPEN, T.SENT, T.SKIPPED, T.FAILED}),
    T.OPEN: frozenset({T.DONE, T.SKIPPED}),
    T.SENT: frozenset({T.FAILED}),
    T.FAILED: frozenset({T.SENT}),
    T.DONE: frozenset(),
    T.SKIPPED: frozenset({T.SENT}),
}
"""Every move of a touch. Reports of a gateway can come late: what seemed lost may have arrived. The database refuses
other moves."""

WAITING = (T.PLANNED, T.QUEUED, T.OPEN)


class EnrolmentStatus(StrEnum):
    OPEN = "open"
    ENDED = "ended"
