"""Records how calls of gateways ended."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.core.changes import Update
from app.db.work import Work
from app.notifications.channels.protocol import Accepted, Letter, Outcome, Provider, Rejected
from app.notifications.messages import policies, queries
from app.notifications.messages.changes import Move, end_try, write_moves
from app.notifications.messages.policies import MessageStatus
from app.notifications.messages.queries import LockedMessage


class ClaimedMessage(NamedTuple):
    """A claimed message: what the provider needs, and the number of the attempt."""

    message_id: UUID
    attempt: int
    rung: int
    provider: Provider
    to: str
    body: str
    sender: str
    valid_for: timedelta | None
    letter: Letter | None = None
    """Of an e-mail."""


class EndedCall(NamedTuple):
    """How a call of the gateway ended."""

    claimed: ClaimedMessage
    outcome: Outcome


async def record_outcomes(work: Work, ended: Sequence[EndedCall], *, now: datetime) -> None:
    """Record how calls of the gateway ended, and change the status of the messages."""
    ids = [one.claimed.message_id for one in ended]
    messages = {one.id: one for one in await work.all(queries.LOCKED_MESSAGES, messages=ids)}
    moves = [move for one in ended if (move := _after_call(one, messages[one.claimed.message_id], now=now))]
    _end_attempts(work, ended, now=now)
    write_moves(work, moves)


def _after_call(ended: EndedCall, message: LockedMessage, *, now: datetime) -> Move | None:
    """The new status of the message. None if it has not changed, or if another way is tried already."""
    claimed, outcome = ended
    if claimed.rung != message.rung:
        return None
    tries = claimed.attempt - message.tries_before
    verdict = policies.verdict_on(outcome, status=MessageStatus(message.status), tries=tries)
    if verdict is None:
        return None
    if verdict.status in (MessageStatus.FAILED, MessageStatus.UNKNOWN):
        return end_try(message, verdict.status, verdict.reason, now=now)
    again = policies.look_again_at(
        outcome, verdict, tries, not_after=message.not_after, rung_until=message.rung_until, now=now
    )
    return Move(message, verdict.status, verdict.reason, again, now)


def _end_attempts(work: Work, ended: Sequence[EndedCall], *, now: datetime) -> None:
    alike: dict[tuple[int, str, str | None], list[UUID]] = {}
    for claimed, outcome in ended:
        alike.setdefault((claimed.attempt, *_in_words(outcome)), []).append(claimed.message_id)
    for (number, word, detail), ids in alike.items():
        result = {"finished_at": now, "outcome": word, "detail": detail}
        work.write(Update("message_attempt", {"message_id": ids, "number": number}, result))


def _in_words(outcome: Outcome) -> tuple[str, str | None]:
    if isinstance(outcome, Accepted):
        return "accepted", None
    if isinstance(outcome, Rejected):
        return "rejected", outcome.code
    return "unknown", outcome.detail


def give_up_attempts(work: Work, messages: Sequence[LockedMessage], *, now: datetime) -> None:
    """Give up attempts whose process is gone.

    We do not know whether the gateway got the messages, so they are not sent again that way. A delivery report
    may still come.
    """
    if messages:
        awaited = {"message_id": [one.id for one in messages], "outcome": None}
        result = {"finished_at": now, "outcome": "unknown", "detail": "interrupted"}
        work.write(Update("message_attempt", awaited, result))
