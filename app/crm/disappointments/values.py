"""A disappointment, as plain values."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID


class SignalKind(StrEnum):
    """By what a disappointment was noticed."""

    LATE_ARRIVAL = "late_arrival"
    """Somebody came long after the window that the client was promised."""
    NO_SHOW = "no_show"
    """Nobody came in the window, and the visit was moved, canceled or given up long after its end."""
    ACT_REFUSED = "act_refused"
    ACT_REMARKED = "act_remarked"
    """The client signed the act with remarks."""
    CANCELED_AFTER_PREPAYMENT = "canceled_after_prepayment"
    PARTIAL_REFUND = "partial_refund"
    FULL_REFUND = "full_refund"
    REPEATED_REWORK = "repeated_rework"
    """Somebody had to come again and again because of a claim."""
    SAID_SO = "said_so"
    """The client said it to the office."""
    COMPLAINT = "complaint"
    QUALITY_ANSWER = "quality_answer"
    """We asked whether the quality satisfies him, and it does not, or only in part."""


class Answer(StrEnum):
    """What a client says when he is asked whether the quality satisfies him."""

    YES = "yes"
    PARTLY = "partly"
    NO = "no"


class Said(NamedTuple):
    """What a client says of the quality of a visit's work."""

    answer: Answer
    comment: str = ""
    stars: int | None = None
    """1 to 5, if he rated it himself."""


class Subject(NamedTuple):
    """Whom and what a signal concerns."""

    client_id: UUID
    site_id: UUID | None = None
    order_id: UUID | None = None
    job_id: UUID | None = None
    visit_id: UUID | None = None
    worker_id: UUID | None = None
    """The person who disappointed him, as far as that is known."""


class Signal(NamedTuple):
    """The client was disappointed. The same kind with the same source is the same signal, however often it is found."""

    kind: SignalKind
    severity: int
    at: datetime
    source_id: UUID
    """The visit, act, order … that it was found in."""
    about: Subject
    comment: str = ""
    minutes: int | None = None
    """How late somebody came."""
    evidence: Sequence[UUID] = ()
    """Further things to look at: visits, payments, files."""
