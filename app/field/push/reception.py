"""Keeps what a phone has sent, in one transaction, before anything of it is carried out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.core.clock import happened_at
from app.core.errors import CommandReused, DomainError, Forbidden
from app.db.session import Session
from app.field.commands.ledger import Edge
from app.field.commands.places import find_forbidden_places, placeless
from app.field.commands.policies import FINAL, Confidence, NumberUsed, Verdict, times_of
from app.field.commands.queries import Known
from app.field.push import policies, queries
from app.field.push.models import CommandDevice
from app.field.push.policies import NumberFault, PhoneClock, Span
from app.field.push.reading import Item
from app.field.push.refusals import (
    CommandOfFuture,
    CommandUnknown,
    CommandUnreadable,
    NumberMissing,
    NumberTooFar,
)


class Batch(NamedTuple):
    sent_at: datetime | None
    """By the phone's clock. None: it did not say so, or not in a way that can be true."""
    items: Sequence[Item]
    lost: Sequence[Span]
    waiting: Sequence[UUID] = ()
    """Commands that wait, as far as the phone knows."""


class Received(NamedTuple):
    expected_seq: int
    clock: PhoneClock
    refused: dict[int, DomainError]
    """By place in the batch."""
    settled: dict[UUID, Known]
    """What the ledger says of commands that were settled before."""


async def receive(session: Session, edge: Edge, device_id: UUID, batch: Batch, *, now: datetime) -> Received:
    """Keep a batch, and find out how far the sequence goes.

    Raises:
        Forbidden: somebody else's device.
    """
    company_id = edge.caller.company_id
    device = await queries.lock_device(session, company_id, device_id, user_id=edge.caller.user_id)
    if device.user_id != edge.caller.user_id:
        raise Forbidden
    known = await queries.find_commands(session, company_id, [one.command_id for one in batch.items])
    seqs = [one.device_seq for one in batch.items if one.device_seq is not None]
    holders = await queries.find_holders(session, company_id, device_id, seqs=seqs, since=device.next_seq)
    refused, rows = _sort(edge, batch, known, holders, device, now=now)
    await _leave_out_places(session, edge, batch, rows, now=now)
    await queries.add_gaps(session, company_id, device_id, batch.lost, now=now)
    gaps = await queries.find_gaps(session, company_id, device_id, since=device.next_seq)
    device.next_seq = policies.next_seq_after(device.next_seq, holders.keys(), gaps)
    _name_free_number(refused, device.next_seq)
    await queries.keep_commands(session, company_id, rows)
    clock = _set_clock(device, batch.sent_at, now=now)
    _set_look(device, holders, bool(rows), now=now)
    final = {one: row for one, row in known.items() if row.verdict in FINAL}
    return Received(device.next_seq, clock, refused, final)


async def move_on(session: Session, device: CommandDevice) -> None:
    """Find out how far the sequence goes by now. The phone is locked."""
    company_id, device_id, since = device.company_id, device.device_id, device.next_seq
    holders = await queries.find_holders(session, company_id, device_id, seqs=[], since=since)
    gaps = await queries.find_gaps(session, company_id, device_id, since=since)
    device.next_seq = policies.next_seq_after(since, holders.keys(), gaps)


def _set_look(device: CommandDevice, holders: Mapping[int, UUID], has_new: bool, *, now: datetime) -> None:
    """Have it looked at later what waits: beyond a gap, or because this process will have died."""
    if any(seq > device.next_seq for seq in holders):
        look_at = now + policies.LOOK_AGAIN[0]
    elif has_new:
        look_at = now + policies.LOOK_AFTER
    else:
        return
    if device.look_at is None or look_at < device.look_at:
        device.look_at = look_at


async def _leave_out_places(
    session: Session, edge: Edge, batch: Batch, rows: Sequence[dict[str, Any]], *, now: datetime
) -> None:
    """Keep no place of a time in which the worker may not be tracked."""
    tapped = [
        (one.command_id, happened_at(one.body.occurred_at, sent_at=batch.sent_at, received_at=now))
        for one in batch.items
        if one.body is not None and one.body.point is not None and one.body.occurred_at is not None
    ]
    forbidden = await find_forbidden_places(session, edge.caller, tapped)
    for row in rows:
        if (why := forbidden.get(row["command_id"])) is not None:
            row["payload"] = placeless(row["payload"], why)


def _name_free_number(refused: Mapping[int, DomainError], next_seq: int) -> None:
    """Say where the phone goes on when all of its batch has come. The rows of the ledger hold the same values."""
    for refusal in refused.values():
        if isinstance(refusal, tuple(FAULTS.values())):
            refusal.params["expected_seq"] = next_seq


def _set_clock(device: CommandDevice, sent_at: datetime | None, *, now: datetime) -> PhoneClock:
    before = PhoneClock(device.clock_offset, device.clock_offset_before)
    if sent_at is None:
        return before
    clock = policies.clock_after(before, sent_at=sent_at, received_at=now)
    device.clock_offset, device.clock_offset_before = clock
    device.clock_at = now
    return clock


def _sort(
    edge: Edge,
    batch: Batch,
    known: Mapping[UUID, Known],
    holders: dict[int, UUID],
    device: CommandDevice,
    *,
    now: datetime,
) -> tuple[dict[int, DomainError], list[dict[str, Any]]]:
    """What is refused, and the rows to keep. Adds the numbers that came to `holders`."""
    refused: dict[int, DomainError] = {}
    rows: dict[UUID, dict[str, Any]] = {}
    for item in batch.items:
        before = known.get(item.command_id)
        refusal = _judge(edge, item, before, holders, device.next_seq) or _judge_time(
            item, before, batch.sent_at, device, now=now
        )
        if _contradicts(rows.get(item.command_id), item.fingerprint):
            refusal = CommandReused()
        if refusal is not None:
            refused[item.place] = refusal
        if isinstance(refusal, CommandReused) or (before is not None and before.verdict in FINAL):
            continue
        row = _row(edge, item, refusal, batch.sent_at, now=now)
        if item.command_id not in rows or refusal is None:
            rows[item.command_id] = row
        if row["device_seq"] is not None:
            holders[row["device_seq"]] = item.command_id
    return refused, list(rows.values())


def _contradicts(earlier: dict[str, Any] | None, fingerprint: bytes | None) -> bool:
    """Whether the same batch has this id with something else."""
    return (
        earlier is not None and earlier["fingerprint"] is not None and earlier["fingerprint"] != fingerprint
    )


def _judge(
    edge: Edge, item: Item, known: Known | None, holders: Mapping[int, UUID], next_seq: int
) -> DomainError | None:
    """Why a command cannot be carried out at all. None: it can, or it was before."""
    if known is not None and not _is_same(edge, item, known):
        return CommandReused()
    if item.kind is None:
        return CommandUnknown(said=item.kind_said) if item.complaint is None else CommandUnreadable()
    if known is not None and known.verdict in FINAL:
        return None
    fault = policies.fault_of_number(item.device_seq, item.command_id, holders=holders, next_seq=next_seq)
    return None if fault is None else FAULTS[fault](expected_seq=next_seq)


def _judge_time(
    item: Item, known: Known | None, sent_at: datetime | None, device: CommandDevice, *, now: datetime
) -> DomainError | None:
    """Whether its time is nonsense. What was applied before is told again."""
    if item.body is None or item.body.occurred_at is None or (known and known.verdict in FINAL):
        return None
    clock = PhoneClock(device.clock_offset, device.clock_offset_before)
    is_wrong = policies.is_of_future(item.body.occurred_at, sent_at=sent_at, now=now, clock=clock)
    return CommandOfFuture() if is_wrong else None


def _is_same(edge: Edge, item: Item, known: Known) -> bool:
    """Whether the id is still free for this. What was settled is compared as a whole when it is told again."""
    if known.user_id != edge.caller.user_id:
        return False
    if known.was_unreadable or item.kind is None:
        return known.verdict not in FINAL
    return known.verdict in FINAL or (known.kind, known.subject_id) == (item.kind.name, item.subject_id)


FAULTS: dict[NumberFault, type[DomainError]] = {
    NumberFault.MISSING: NumberMissing,
    NumberFault.USED: NumberUsed,
    NumberFault.TOO_FAR: NumberTooFar,
}


def _row(
    edge: Edge, item: Item, refusal: DomainError | None, sent_at: datetime | None, *, now: datetime
) -> dict[str, Any]:
    """A command as the ledger keeps it until it is carried out."""
    occurred_at = item.body.occurred_at if item.body else None
    times = times_of(occurred_at, sent_at=sent_at, received_at=now)
    has_number = not isinstance(refusal, NumberUsed | NumberTooFar)
    return {
        "command_id": item.command_id,
        "user_id": edge.caller.user_id,
        "device_id": edge.caller.device_id,
        "device_seq": item.device_seq if has_number else None,
        "kind": item.kind.name if item.kind else item.kind_said,
        "subject_id": item.subject_id,
        "fingerprint": item.fingerprint,
        **times._asdict(),
        "corrected_at": None,
        "clock_confidence": Confidence.NONE,
        "is_backdated": False,
        "verdict": Verdict.WAITING if refusal is None else Verdict.REJECTED,
        "status": 202 if refusal is None else refusal.status,
        "code": refusal.code if refusal else None,
        "params": refusal.params if refusal else None,
        "answer": None,
        "etag": None,
        "payload": item.payload,
        "decided_at": now,
        "signal_at": now + policies.ASKED_AFTER if refusal is None else None,
    }
