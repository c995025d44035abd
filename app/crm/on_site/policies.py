"""What a client says at a visit when he is asked about the next one: values in, values out."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from app.core.errors import DomainError


class Reply(StrEnum):
    BOOKED = "booked"
    """The next visit is booked at once."""
    NAMED = "named"
    """He has named a day for it."""
    THINKING = "thinking"
    REFUSED = "refused"


class ReplyIncomplete(DomainError):
    """A booking needs its time, a named day its day, a refusal its reason."""

    status = 422
    code = "reply_incomplete"


class CategoryWithoutJobType(DomainError):
    """The company has no job type for this category, so nothing can be booked for it."""

    status = 422
    code = "category_without_job_type"


def check_complete(reply: Reply, *, time: Any, on: Any, reason: str) -> None:
    """Refuse a reply that leaves out what belongs to it.

    Raises:
        ReplyIncomplete: see there.
    """
    missing = {
        Reply.BOOKED: time is None,
        Reply.NAMED: on is None,
        Reply.REFUSED: not reason.strip(),
    }
    if missing.get(reply, False):
        raise ReplyIncomplete(reply=reply)


class Proposing(NamedTuple):
    """How often a worker asked his clients about the next visit, and what they said last at each visit."""

    worker_id: UUID | None
    visits: int
    """That he finished."""
    proposed: int
    """At so many of them."""
    booked: int
    named: int
    thinking: int
    refused: int


def count_proposing(
    visits: Mapping[UUID | None, int], replies: Iterable[tuple[UUID | None, str]]
) -> list[Proposing]:
    """`visits` that each worker finished; `replies`: the last one of each of these visits. By worker."""
    counts: dict[UUID | None, dict[str, int]] = {worker: {} for worker in visits}
    for worker, reply in replies:
        of_worker = counts.setdefault(worker, {})
        of_worker[reply] = of_worker.get(reply, 0) + 1
    return [
        Proposing(worker, visits.get(worker, 0), sum(one.values()), *(one.get(reply, 0) for reply in Reply))
        for worker, one in sorted(counts.items(), key=lambda pair: str(pair[0] or ""))
    ]
