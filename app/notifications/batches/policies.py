from enum import StrEnum


class BatchStatus(StrEnum):
    DRAFT = "draft"
    """Its messages wait until a person has released it."""
    RELEASED = "released"
    PAUSED = "paused"
    CANCELED = "canceled"
    """What was not sent will not be sent."""


S = BatchStatus

MOVES: dict[BatchStatus, frozenset[BatchStatus]] = {
    S.DRAFT: frozenset({S.RELEASED, S.CANCELED}),
    S.RELEASED: frozenset({S.PAUSED, S.CANCELED}),
    S.PAUSED: frozenset({S.RELEASED, S.CANCELED}),
    S.CANCELED: frozenset(),
}
"""Every move of a batch. The database refuses others."""

PER_SECOND = 10
"""So many messages of a batch are sent in a second, so that other messages need not wait for a whole batch."""
