"""A phone sends what it has kept: first everything is kept here, then it is carried out in the phone's order.

Reception is one transaction. From then on nothing is lost, whatever happens to the process. Each command is carried
out in a transaction of its own, so one that is refused or has a fault spoils no other. A command beyond a gap of the
sequence waits until the gap is closed. A command about something of which an earlier one waits, waits too.
"""

from collections import deque
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import msgspec

from app.core.clock import Clock, shifted
from app.core.errors import CommandReused, DomainError
from app.core.turns import Turns
from app.db.session import Session, transaction
from app.db.work import ChangedMeanwhile
from app.field.commands import ledger
from app.field.commands.kinds import Kind, Sent, Subject
from app.field.commands.ledger import Edge, Given, Told
from app.field.commands.places import REASON, find_forbidden_places, placeless
from app.field.commands.policies import Confidence, Times, Verdict, is_momentary, times_of
from app.field.push import policies, queries
from app.field.push.policies import PhoneClock
from app.field.push.queries import Waiting
from app.field.push.reading import Item
from app.field.push.reception import Batch, Received, receive
from app.field.push.refusals import (
    CommandFailed,
    CommandUnknown,
    CommandUnstorable,
    DeviceNeeded,
    SequenceGap,
    WaitsForEarlier,
)
from app.field.push.registry import KINDS
from app.http.problems import status_of
from app.tracking.api import PlaceRefused

PHONES = Turns(10_000, share=1, alone=1, waiting_max=4_000, patience_s=30.0)
"""A phone that sends again before it was answered waits here. Otherwise both requests would carry out everything, and
one of them for nothing. Two processes may still do so: the ledger lets one of them count."""


class Settled(NamedTuple):
    """What became of one command."""

    command_id: UUID
    device_seq: int | None
    told: Told


class Pushed(NamedTuple):
    received: Received
    verdicts: list[Settled]
    """In the order of the batch."""
    settled: list[Settled]
    """Commands of earlier batches that waited."""


async def push(edge: Edge, batch: Batch, *, clock: Clock) -> Pushed:
    """Keep a batch, and carry out what can be.

    Raises:
        DeviceNeeded: the person signed in without a device.
        Forbidden: somebody else's device.
        TooBusy: the phone sends faster than can be carried out.
    """
    company_id, device_id = edge.caller.company_id, edge.caller.device_id
    if device_id is None:
        raise DeviceNeeded
    async with PHONES.turn(device_id):
        return await _push(edge, company_id, device_id, batch, clock=clock)


async def _push(edge: Edge, company_id: UUID, device_id: UUID, batch: Batch, *, clock: Clock) -> Pushed:
    async with transaction(edge.sessions, company_id) as session:
        received = await receive(session, edge, device_id, batch, now=clock.now())
        ready = await find_ready(
            session,
            company_id,
            device_id,
            edge.caller.user_id,
            next_seq=received.expected_seq,
            phone=received.clock,
        )
    done = await carry_out_all(edge, ready, clock)
    if any(one.told.verdict == Verdict.WAITING for one in done.values()):
        async with transaction(edge.sessions, company_id) as session:
            at = clock.now() + policies.LOOK_AGAIN[0]
            await queries.look_by(session, company_id, device_id, at=at)
    received = await _look_again(edge, batch, received, done)
    verdicts = [await _verdict_on(edge, item, received, done, now=clock.now()) for item in batch.items]
    came = {item.command_id for item in batch.items}
    settled = [one for one in done.values() if one.command_id not in came]
    return Pushed(received, verdicts, settled + await _settled_meanwhile(edge, batch, came | set(done)))


async def _settled_meanwhile(edge: Edge, batch: Batch, told: Collection[UUID]) -> list[Settled]:
    """Commands that the phone still takes for waiting, and that were settled while it was away."""
    asked = [one for one in batch.waiting if one not in told]
    if not asked:
        return []
    async with transaction(edge.sessions, edge.caller.company_id) as session:
        known = await queries.find_commands(session, edge.caller.company_id, asked)
    return [
        Settled(row.command_id, row.device_seq, ledger.told_of(row))
        for row in known.values()
        if row.user_id == edge.caller.user_id and row.verdict != Verdict.WAITING
    ]


async def _look_again(edge: Edge, batch: Batch, received: Received, done: Mapping[UUID, Settled]) -> Received:
    """Another request of the same phone may have carried out meanwhile what waited at the reception."""
    missing = [
        one.command_id
        for one in batch.items
        if one.place not in received.refused
        and one.command_id not in received.settled
        and one.command_id not in done
    ]
    if not missing:
        return received
    async with transaction(edge.sessions, edge.caller.company_id) as session:
        known = await queries.find_commands(session, edge.caller.company_id, missing)
    settled = {one: row for one, row in known.items() if row.verdict != Verdict.WAITING}
    return received._replace(settled=received.settled | settled)


async def find_ready(
    session: Session,
    company_id: UUID,
    device_id: UUID,
    user_id: UUID,
    *,
    next_seq: int,
    phone: PhoneClock,
) -> list[Waiting]:
    """What waits before this number, with the times at which it was given. The phone is locked."""
    waiting = await queries.find_waiting(session, company_id, device_id, user_id=user_id, before_seq=next_seq)
    return await _place(session, company_id, device_id, waiting, phone)


async def _place(
    session: Session, company_id: UUID, device_id: UUID, waiting: Sequence[Waiting], phone: PhoneClock
) -> list[Waiting]:
    """Find out when commands were given, and keep it. The phone is locked, so what was found out once stays."""
    placed: list[Waiting] = []
    ends = policies.ends_of([one.not_after for one in waiting])
    for one, not_after in zip(waiting, ends, strict=True):
        if one.corrected_at is not None:
            placed.append(one)
            continue
        if placed and placed[-1].device_seq == one.device_seq - 1:
            not_before = placed[-1].corrected_at
        else:
            not_before = await queries.get_time_before(session, company_id, device_id, seq=one.device_seq)
        placed.append(_placed(one, phone, not_before, not_after))
    await queries.note_times(
        session, company_id, [new for new, was in zip(placed, waiting, strict=True) if new != was]
    )
    return placed


def _placed(
    one: Waiting, phone: PhoneClock, not_before: datetime | None, not_after: datetime | None
) -> Waiting:
    times, is_backdated = policies.place_in_time(
        msgspec.convert(one.payload["occurred_at"], datetime),
        sent_at=one.sent_at,
        received_at=one.received_at,
        clock=phone,
        not_before=not_before,
        not_after=not_after,
    )
    return one._replace(
        corrected_at=times.corrected_at,
        clock_offset=times.clock_offset,
        clock_confidence=times.clock_confidence,
        is_backdated=is_backdated,
    )


async def carry_out_all(edge: Edge, ready: Sequence[Waiting], clock: Clock) -> dict[UUID, Settled]:
    """Carry out commands in their order. A later one may bring what an earlier one waits for: that is tried again."""
    done = await _run(edge, ready, clock)
    while left := _may_pass_now(ready, done):
        again = await _run(edge, left, clock)
        done |= again
        if all(one.told.verdict == Verdict.WAITING for one in again.values()):
            break
    return done


async def _without_forbidden_places(edge: Edge, ready: Iterable[Waiting], *, now: datetime) -> list[Waiting]:
    """Leave out where commands were tapped if the worker may not be tracked there and then, by what is known now.

    One statement for all of them: by itself each would take a transaction of its own.
    """
    ready = list(ready)
    tapped = [(one.command_id, at) for one in ready if (at := _tapped_at(edge, one, now=now)) is not None]
    if not tapped:
        return ready
    async with transaction(edge.sessions, edge.caller.company_id) as session:
        forbidden = await find_forbidden_places(session, edge.caller, tapped)
    return [
        one
        if (why := forbidden.get(one.command_id)) is None
        else one._replace(payload=placeless(one.payload, why))
        for one in ready
    ]


def _tapped_at(edge: Edge, one: Waiting, *, now: datetime) -> datetime | None:
    """When a command was tapped that names a place. None: it names none, or cannot be read any more."""
    if one.payload.get("point") is None or (kind := KINDS.get(one.kind)) is None:
        return None
    try:
        at: datetime = _given(edge, kind, one, now=now).sent.body.happened_at(now)
    except msgspec.ValidationError:
        return None
    return at


def _may_pass_now(ready: Sequence[Waiting], done: Mapping[UUID, Settled]) -> list[Waiting]:
    """What waits, if something that came after it has passed."""
    left = [one for one in ready if done[one.command_id].told.verdict == Verdict.WAITING]
    if not left or all(
        done[one.command_id].told.verdict != Verdict.APPLIED
        for one in ready
        if one.device_seq > left[0].device_seq
    ):
        return []
    return left


async def _run(edge: Edge, waiting: Sequence[Waiting], clock: Clock) -> dict[UUID, Settled]:
    """Carry out commands one after the other, each in its own transaction."""
    done: dict[UUID, Settled] = {}
    held_up: dict[UUID, UUID] = {}
    left = deque(await _without_forbidden_places(edge, waiting, now=clock.now()))
    while left:
        one = left.popleft()
        if (earlier := held_up.get(one.subject_id)) is not None and not _brings_files(one):
            told = _waits(WaitsForEarlier(command_id=str(earlier)))
        else:
            told = await _carry_out(edge, one, now=clock.now())
        if told.verdict == Verdict.WAITING:
            held_up.setdefault(one.subject_id, one.command_id)
        if left and told.verdict == Verdict.APPLIED and _says_when_tracked(one):
            left = deque(await _without_forbidden_places(edge, left, now=clock.now()))
        done[one.command_id] = Settled(one.command_id, one.device_seq, told)
    return done


async def _carry_out(edge: Edge, one: Waiting, *, now: datetime) -> Told:
    """Carry out one command. A fault of ours refuses it, and is logged; the others go on."""
    kind = KINDS.get(one.kind)
    if kind is None:
        return await _settle_unreadable(edge, one, CommandUnknown(said=one.kind), now=now)
    try:
        command = _given(edge, kind, one, now=now)
    except msgspec.ValidationError:
        return await _settle_unreadable(edge, one, CommandUnstorable(), now=now)
    try:
        return await ledger.carry_out(edge, command, is_kept=True)
    except DomainError as refusal:
        if refusal.status >= 500:
            raise
        return _waits(refusal) if is_momentary(refusal) else _refused(refusal)
    except Exception as error:
        status = status_of(error)
        if status == 503:
            raise
        if status == 409:
            return _waits(ChangedMeanwhile())
        failed = CommandUnstorable() if status == 400 else CommandFailed()
        return await ledger.refuse(edge, command, failed) or _waits(failed)


def _says_when_tracked(one: Waiting) -> bool:
    """It is about the worker himself: consent or private time."""
    return one.kind in KINDS and KINDS[one.kind].subject == Subject.WORKER


def _brings_files(one: Waiting) -> bool:
    return one.kind in KINDS and KINDS[one.kind].brings_files


async def _settle_unreadable(edge: Edge, one: Waiting, refusal: DomainError, *, now: datetime) -> Told:
    """A command that was kept and cannot be read any more, because what a command may say has changed since."""
    async with transaction(edge.sessions, edge.caller.company_id) as session:
        await queries.reject(session, edge.caller.company_id, one.command_id, refusal, now=now)
    return _refused(refusal)


def _refused(refusal: DomainError) -> Told:
    return Told(Verdict.REJECTED, refusal.status, refusal=refusal)


def _given(edge: Edge, kind: Kind[Any, Any], one: Waiting, *, now: datetime) -> Given:
    """The command with the time at which it was given. `sent_at` of its body says so to the handler."""
    payload = dict(one.payload)
    refused = payload.pop(REASON, None)
    body = msgspec.convert(payload, kind.body)
    times = Times(
        occurred_at=body.occurred_at,
        sent_at=one.sent_at,
        received_at=one.received_at,
        corrected_at=one.corrected_at,
        clock_offset=one.clock_offset,
        clock_confidence=Confidence(one.clock_confidence),
    )
    body.sent_at = _sent_at(times, now)
    sent = Sent(edge.caller, one.subject_id, body, now, one.command_id, edge.settings)
    if refused is not None:
        sent = sent._replace(place_refused=PlaceRefused(refused))
    return ledger.given(
        kind, sent, times, meant=one.fingerprint, is_backdated=one.is_backdated, may_wait=True
    )


def _sent_at(times: Times, now: datetime) -> datetime | None:
    """When the phone's clock would show that the command is sent now, so that it happened at `corrected_at`."""
    if times.corrected_at is None or times.occurred_at is None:
        return None
    return shifted(times.occurred_at, max(now - times.corrected_at, timedelta()))


def _waits(refusal: DomainError) -> Told:
    return Told(Verdict.WAITING, refusal.status, refusal=refusal)


async def _verdict_on(
    edge: Edge, item: Item, received: Received, done: dict[UUID, Settled], *, now: datetime
) -> Settled:
    """What the phone is told of one command of its batch."""
    if (refusal := received.refused.get(item.place)) is not None:
        told = _refused(refusal)
    elif (known := received.settled.get(item.command_id)) is not None:
        told = await _tell_again(edge, item, known, now=now)
    elif item.command_id in done:
        return done[item.command_id]
    else:
        told = _waits(SequenceGap(expected_seq=received.expected_seq))
    return Settled(item.command_id, item.device_seq, told)


async def _tell_again(edge: Edge, item: Item, known: Any, *, now: datetime) -> Told:
    assert item.kind is not None  # noqa: S101  # what cannot be read is refused
    assert item.subject_id is not None  # noqa: S101  # the same
    assert item.body is not None  # noqa: S101  # the same
    sent = Sent(edge.caller, item.subject_id, item.body, now, item.command_id, edge.settings)
    times = times_of(item.body.occurred_at, sent_at=None, received_at=known.received_at)
    try:
        command = ledger.given(item.kind, sent, times, meant=item.fingerprint)
        return await ledger.tell_again(edge, command, known)
    except CommandReused as refusal:
        return _refused(refusal)
