"""Sends the due messages of a company in the background, each at most once.

1. Claim the messages, write the attempts and COMMIT.
2. Call the gateway for all of them at the same time. No transaction is open. If the process crashes from
   here on, messages without a recorded outcome become `unknown`.
3. Record the outcomes as they come. Outcomes that come together are recorded in one transaction.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from app.core.changes import InsertMany, Update
from app.core.clock import Clock
from app.db.session import Sessions
from app.db.sweeps import FreeSweep
from app.db.work import Work, begin_work
from app.notifications.channels.protocol import Accepted, Outcome, Provider, Rejected
from app.notifications.messages import policies, queries
from app.notifications.messages.changes import Move, write_moves
from app.notifications.messages.policies import MessageStatus
from app.notifications.messages.queries import LockedMessage

AT_ONCE = 20
"""Messages of one company. If a process is killed, at most this many become `unknown`."""
REST_S = 0.05
COMPANIES_AT_ONCE = 4
"""More than one, so that slow answers for one company do not delay the others."""
TOGETHER_S = 0.02
"""Outcomes that come within this time are recorded together."""


class ClaimedMessage(NamedTuple):
    """A claimed message: what the provider needs, and the number of the attempt."""

    message_id: UUID
    attempt: int
    phone: str
    body: str
    sender: str
    valid_for: timedelta | None


class EndedCall(NamedTuple):
    """How a call of the gateway ended."""

    claimed: ClaimedMessage
    outcome: Outcome


class Sender:
    def __init__(self, provider: Provider, *, default_sender: str) -> None:
        self._provider = provider
        self._default_sender = default_sender

    def sweep(self) -> FreeSweep:
        return FreeSweep("message", self.send_due_messages, AT_ONCE, COMPANIES_AT_ONCE, REST_S)

    async def send_due_messages(self, sessions: Sessions, company_id: UUID, clock: Clock) -> int:
        """Sweep: send due messages. Also give up those whose sender died or whose delivery report did not come."""
        async with begin_work(sessions, company_id) as work:
            taken, claimed = await self.claim(work, now=clock.now())
        calls = {asyncio.create_task(self._call(company_id, one)) for one in claimed}
        try:
            while calls:
                ended = await _first_of(calls)
                async with begin_work(sessions, company_id) as work:
                    await record_outcomes(work, ended, now=clock.now())
        finally:
            for call in calls:
                call.cancel()
        return taken

    async def claim(self, work: Work, *, now: datetime) -> tuple[int, list[ClaimedMessage]]:
        """Claim due messages. Returns how many rows were due, and the messages to send.

        If no outcome is recorded before the lease ends, a message becomes `unknown`.
        """
        due = await work.all(queries.DUE_MESSAGES, now=now, at_most=AT_ONCE)
        lost = [one for one in due if one.status == MessageStatus.SENDING]
        unreported = [one for one in due if one.status == MessageStatus.SENT]
        queued = [one for one in due if one.status == MessageStatus.QUEUED]
        late = [one for one in queued if policies.is_too_late(one.not_after, now)]
        to_send = [one for one in queued if not policies.is_too_late(one.not_after, now)]
        _give_up_attempts(work, lost, now=now)
        write_moves(
            work,
            [
                *(Move(one, MessageStatus.UNKNOWN, "interrupted") for one in lost),
                *(Move(one, MessageStatus.UNKNOWN, "no_report") for one in unreported),
                *(Move(one, MessageStatus.EXPIRED, "too_late") for one in late),
            ],
        )
        return len(due), self._take(work, to_send, now=now)

    def _take(self, work: Work, messages: Sequence[LockedMessage], *, now: datetime) -> list[ClaimedMessage]:
        claimed = [
            ClaimedMessage(
                message_id=one.id,
                attempt=one.tries + 1,
                phone=one.phone,
                body=one.body,
                sender=one.sender or self._default_sender,
                valid_for=one.not_after - now if one.not_after else None,
            )
            for one in messages
        ]
        if not claimed:
            return []
        provider = self._provider.name
        for sender in {one.sender for one in claimed}:
            ids = [one.message_id for one in claimed if one.sender == sender]
            values = {
                "status": MessageStatus.SENDING,
                "status_reason": None,
                "send_at": now + policies.LEASE,
                "provider": provider,
                "sender": sender,
            }
            work.write(Update("message", {"id": ids}, values, expected=len(ids)), is_told=False)
        attempts = [
            {"message_id": one.message_id, "number": one.attempt, "provider": provider, "started_at": now}
            for one in claimed
        ]
        work.write(InsertMany("message_attempt", attempts))
        return claimed

    async def _call(self, company_id: UUID, claimed: ClaimedMessage) -> EndedCall:
        outcome = await self._provider.send(
            ref=f"{company_id}/{claimed.message_id}",
            to=claimed.phone,
            text=claimed.body,
            sender=claimed.sender,
            valid_for=claimed.valid_for,
        )
        return EndedCall(claimed, outcome)


async def _first_of(calls: set[asyncio.Task[EndedCall]]) -> list[EndedCall]:
    """Wait until a call has ended. Returns the ended calls and removes them from `calls`."""
    done, waiting = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
    if waiting:
        soon, _ = await asyncio.wait(waiting, timeout=TOGETHER_S)
        done |= soon
    calls -= done
    return [call.result() for call in done]


async def record_outcomes(work: Work, ended: Sequence[EndedCall], *, now: datetime) -> None:
    """Record how calls of the gateway ended, and change the status of the messages."""
    ids = [one.claimed.message_id for one in ended]
    messages = {one.id: one for one in await work.all(queries.LOCKED_MESSAGES, messages=ids)}
    moves: list[Move] = []
    for claimed, outcome in ended:
        message = messages[claimed.message_id]
        verdict = policies.verdict_on(outcome, status=MessageStatus(message.status), tries=claimed.attempt)
        if verdict is not None:
            again = policies.look_again_at(
                outcome, verdict, claimed.attempt, not_after=message.not_after, now=now
            )
            moves.append(Move(message, verdict.status, verdict.reason, again, now))
    _end_attempts(work, ended, now=now)
    write_moves(work, moves)


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


def _give_up_attempts(work: Work, messages: Sequence[LockedMessage], *, now: datetime) -> None:
    """Give up attempts whose process is gone.

    We do not know whether the gateway got the messages, so they are not sent again. A delivery report
    may still come.
    """
    if messages:
        awaited = {"message_id": [one.id for one in messages], "outcome": None}
        result = {"finished_at": now, "outcome": "unknown", "detail": "interrupted"}
        work.write(Update("message_attempt", awaited, result))
