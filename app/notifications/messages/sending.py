"""Sends the due messages of a company in the background, each at most once by each way.

1. Claim the messages, write the attempts and COMMIT.
2. Call the gateway for all of them at the same time. No transaction is open. If the process crashes from
   here on, messages without a recorded outcome become `unknown`.
3. Record the outcomes as they come. Outcomes that come together are recorded in one transaction.
"""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.changes import InsertMany, Update
from app.core.clock import Clock
from app.db.session import Sessions
from app.db.sweeps import FreeSweep
from app.db.work import Work, begin_work
from app.notifications.channels.protocol import Channel, Channels
from app.notifications.gate.permission import Gatekeeper, NobodyAgreed
from app.notifications.gate.policies import REPEATED_WITHIN
from app.notifications.gate.subjects import StillTrue
from app.notifications.health.choosing import Choice, begin_choice, note_outcomes, note_probes
from app.notifications.messages import policies, queries
from app.notifications.messages.changes import Move, end_try, write_moves
from app.notifications.messages.claiming import Ready, Refused, decide
from app.notifications.messages.outcomes import ClaimedMessage, EndedCall, give_up_attempts, record_outcomes
from app.notifications.messages.policies import MessageStatus
from app.notifications.messages.queries import DueMessage

AT_ONCE = 20
"""Messages of one company. If a process is killed, at most this many become `unknown`."""
REST_S = 0.05
COMPANIES_AT_ONCE = 4
"""More than one, so that slow answers for one company do not delay the others."""
TOGETHER_S = 0.02
"""Outcomes that come within this time are recorded together."""


class Sender:
    def __init__(
        self,
        channels: Channels,
        *,
        default_sender: str,
        gatekeeper: Gatekeeper | None = None,
        still_true: Sequence[StillTrue] = (),
    ) -> None:
        """Without a `gatekeeper` nobody has agreed to anything, so only service messages are sent."""
        self._channels = channels
        self._default_sender = default_sender
        self._gatekeeper = gatekeeper or NobodyAgreed()
        self._still_true = still_true

    def sweep(self) -> FreeSweep:
        return FreeSweep("message", self.send_due_messages, AT_ONCE, COMPANIES_AT_ONCE, REST_S)

    async def send_due_messages(self, sessions: Sessions, company_id: UUID, clock: Clock) -> int:
        """Sweep: send due messages. Also give up those whose sender died or whose delivery report did not come."""
        async with begin_work(sessions, company_id) as work:
            taken, claimed = await self.claim(work, now=clock.now())
        calls = {asyncio.create_task(_call(company_id, one)) for one in claimed}
        try:
            while calls:
                ended = await _first_of(calls)
                async with begin_work(sessions, company_id) as work:
                    await self.record(work, ended, now=clock.now())
        finally:
            for call in calls:
                call.cancel()
        return taken

    async def claim(self, work: Work, *, now: datetime) -> tuple[int, list[ClaimedMessage]]:
        """Claim due messages. Returns how many rows were due, and the messages to send.

        If no outcome is recorded before the lease ends, a message becomes `unknown`, or is tried another way.
        """
        due = await work.all(queries.DUE_MESSAGES, now=now, lately=now - REPEATED_WITHIN, at_most=AT_ONCE)
        give_up_attempts(work, [one.facts for one in due if _is(one, MessageStatus.SENDING)], now=now)
        over = {one.id: move for one in due if (move := _over(one, now=now)) is not None}
        ready, refused = await decide(
            work,
            [one for one in due if one.id not in over],
            self._gatekeeper,
            self._still_true,
            now=now,
        )
        write_moves(work, [*over.values(), *_moves_of(refused, now=now)])
        _defer(work, refused)
        return len(due), await self._take(work, ready, now=now)

    async def _take(self, work: Work, ready: Sequence[Ready], *, now: datetime) -> list[ClaimedMessage]:
        if not ready:
            return []
        choice = await begin_choice(work, self._channels, now=now)
        claimed = {one.due.id: self._claimed(one, choice, now=now) for one in ready}
        for values, ids in _alike(
            {one.due.id: self._values(one, claimed[one.due.id], now=now) for one in ready}
        ):
            work.write(Update("message", {"id": ids}, values, expected=len(ids)), is_told=False)
        _write_attempts(work, ready, claimed, now=now)
        note_probes(work, choice, now=now)
        return list(claimed.values())

    def _claimed(self, ready: Ready, choice: Choice, *, now: datetime) -> ClaimedMessage:
        facts = ready.due.facts
        is_again = facts.tries > facts.tries_before
        kept = ready.values(now=now)
        ends = [one for one in (facts.not_after, kept.get("rung_until")) if one is not None]
        return ClaimedMessage(
            message_id=facts.id,
            attempt=facts.tries + 1,
            rung=facts.rung,
            provider=choice.take(facts.channel, refused_by=ready.due.provider if is_again else None),
            to=facts.phone if facts.channel == Channel.SMS else facts.address,
            body=ready.written.body,
            sender=self._sender_of(ready),
            valid_for=min(ends) - now if ends else None,
            letter=ready.letter,
        )

    def _sender_of(self, ready: Ready) -> str:
        """The name that a phone shows, or the name beside the address of an e-mail."""
        facts = ready.due.facts
        if facts.channel == Channel.EMAIL:
            return (ready.due.params or {}).get("company") or facts.sender or self._default_sender
        return facts.sender or self._default_sender

    def _values(self, ready: Ready, claimed: ClaimedMessage, *, now: datetime) -> dict[str, Any]:
        values = {
            "status": MessageStatus.SENDING,
            "status_reason": None,
            "send_at": now + policies.LEASE,
            "provider": claimed.provider.name,
        }
        if ready.due.facts.channel == Channel.SMS:
            values["sender"] = claimed.sender
        return values | ready.values(now=now)

    async def record(self, work: Work, ended: Sequence[EndedCall], *, now: datetime) -> None:
        """Record how calls ended, for the messages and for the providers."""
        await record_outcomes(work, ended, now=now)
        names = [(one.claimed.provider.name, one.outcome) for one in ended]
        await note_outcomes(work, self._channels, names, now=now)


def _is(one: DueMessage, status: MessageStatus) -> bool:
    return one.facts.status == status


def _over(one: DueMessage, *, now: datetime) -> Move | None:
    """What becomes of a message that must not be tried (again) this way. None: it is to be sent."""
    facts = one.facts
    if _is(one, MessageStatus.SENDING):
        return end_try(facts, MessageStatus.UNKNOWN, "interrupted", now=now)
    if _is(one, MessageStatus.SENT):
        return end_try(facts, MessageStatus.UNKNOWN, "no_report", now=now)
    if policies.is_too_late(facts.not_after, now):
        return Move(facts, MessageStatus.EXPIRED, "too_late")
    if policies.is_too_late(facts.rung_until, now):
        return end_try(facts, MessageStatus.EXPIRED, "too_late", now=now)
    return None


def _moves_of(refused: Sequence[Refused], *, now: datetime) -> Iterator[Move]:
    """Messages that are never sent, or not this way."""
    for one in refused:
        if one.until is not None:
            continue
        if one.is_fault:
            yield end_try(one.due.facts, MessageStatus.FAILED, one.reason, now=now)
        else:
            yield Move(one.due.facts, MessageStatus.SUPPRESSED, one.reason)


def _defer(work: Work, refused: Sequence[Refused]) -> None:
    """Let messages wait. They stay queued, with the reason."""
    waits = {
        one.due.id: {"send_at": one.until, "status_reason": one.reason}
        for one in refused
        if one.until is not None
    }
    for values, ids in _alike(waits):
        work.write(Update("message", {"id": ids}, values, expected=len(ids)), is_told=False)


def _alike(values: dict[UUID, dict[str, Any]]) -> Iterator[tuple[dict[str, Any], list[UUID]]]:
    """Values with all messages that get them: each is one UPDATE."""
    found: dict[tuple[tuple[str, Any], ...], list[UUID]] = {}
    for message_id, some in values.items():
        found.setdefault(tuple(some.items()), []).append(message_id)
    return ((dict(some), ids) for some, ids in found.items())


def _write_attempts(
    work: Work, ready: Sequence[Ready], claimed: dict[UUID, ClaimedMessage], *, now: datetime
) -> None:
    rows: list[dict[str, Any]] = [
        {
            "message_id": one.message_id,
            "number": one.attempt,
            "provider": one.provider.name,
            "started_at": now,
        }
        for one in claimed.values()
    ]
    with_body = {one.due.id: one.written.body for one in ready if one.due.facts.rungs}
    plain = [row for row in rows if row["message_id"] not in with_body]
    kept = [row | {"body": with_body[row["message_id"]]} for row in rows if row["message_id"] in with_body]
    work.write(*(InsertMany("message_attempt", some) for some in (plain, kept) if some))


async def _call(company_id: UUID, claimed: ClaimedMessage) -> EndedCall:
    letter = {"letter": claimed.letter} if claimed.letter else {}
    outcome = await claimed.provider.send(
        ref=f"{company_id}/{claimed.message_id}",
        to=claimed.to,
        text=claimed.body,
        sender=claimed.sender,
        valid_for=claimed.valid_for,
        **letter,
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
