"""Carry out a command once, and keep its verdict (docs/adr/0013).

A command does its work first and writes its row of the ledger last, in the same transaction. If the row exists
already, all is rolled back and the first verdict is answered. So a new command costs no extra round trip, and of two
at once one takes effect.

A refusal is written down with what came, in a transaction of its own, because that of the command is rolled back. The
same command may come again and pass: with a reason, or after a photo has arrived.
"""

from typing import Any, NamedTuple
from uuid import UUID

import asyncpg
import msgspec
from litestar.serialization import encode_json
from obstore.store import ObjectStore
from sqlalchemy.exc import IntegrityError

from app.core.changes import Change, Insert
from app.core.errors import CommandReused, DomainError
from app.core.ids import uuid7
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.session import Session, Sessions, transaction
from app.db.work import ChangedMeanwhile, begin_work, work_in
from app.field.commands import policies, queries
from app.field.commands.kinds import Kind, Preparing, Runs, Sent, Subject
from app.field.commands.places import placeless, without_forbidden_place
from app.field.commands.policies import FINAL, CommandKnown, NumberUsed, Times, Verdict
from app.field.commands.queries import Known
from app.field.commands.telling import conflict_in_words
from app.http.audit import Origin, append_audit, audit_of
from app.http.dependencies import Transactions
from app.http.idempotency import IdempotencyKeyReused, meaning_of
from app.http.versions import etag_of
from app.notifications.api import InboxKind, Item, add_items_once, settle_occurrence

TRIES = 4
"""A command that lost a race against itself is tried again this often."""

ENVELOPE = ("command_id", "occurred_at", "sent_at", "device_seq", "point", "accuracy_m")
"""Fields that do not say what is commanded. A phone may send them anew with every try."""

MAY_BE_KNOWN = (DomainError, IntegrityError, asyncpg.IntegrityConstraintViolationError)
"""How it shows that a command came before: it is refused by what it has done itself."""


class Edge(NamedTuple):
    """What the application lends to a command."""

    origin: Origin
    caller: Scope
    sessions: Sessions
    transactions: Transactions
    files: ObjectStore
    settings: Settings


class Given(NamedTuple):
    """A command that has come, with everything the ledger keeps of it."""

    kind: Kind[Any, Any]
    sent: Sent[Any]
    times: Times
    fingerprint: bytes
    has_own_id: bool = True
    """False: its id was made from an Idempotency-Key."""
    is_backdated: bool = False
    may_wait: bool = False
    """Of a batch: what it lacks may come later by another way, and the phone asks again."""

    @property
    def subject(self) -> dict[str, str]:
        """As the audit names it."""
        return {f"{self.kind.subject}_id": str(self.sent.subject_id)}


class Told(NamedTuple):
    """What the phone is told of a command."""

    verdict: Verdict
    status: int
    answer: Any = None
    """What the handler has answered just now."""
    kept: bytes | None = None
    """The answer that the command got when it was applied, as JSON."""
    etag: str | None = None
    refusal: DomainError | None = None
    is_repeated: bool = False


class RefusedBefore(DomainError):
    """A refusal that the ledger has kept, told again."""

    def __init__(self, known: Known) -> None:
        super().__init__(**(known.params or {}))
        self.status = known.status  # type: ignore[misc]  # of this one refusal
        self.code = known.code or DomainError.code  # type: ignore[misc]


def given(
    kind: Kind[Any, Any],
    sent: Sent[Any],
    times: Times,
    *,
    meant: bytes | None = None,
    has_own_id: bool = True,
    is_backdated: bool = False,
    may_wait: bool = False,
) -> Given:
    """A command as it came in. `meant` is the fingerprint, if it is known already."""
    if meant is None:
        meant = fingerprint(sent.settings, kind, sent.subject_id, sent.body)
    return Given(kind, sent, times, meant, has_own_id, is_backdated, may_wait)


def fingerprint(settings: Settings, kind: Kind[Any, Any], subject_id: UUID, body: Any) -> bytes:
    """A hash of what a command means."""
    meaning = meaning_of(body, besides=ENVELOPE)
    return policies.fingerprint_of(
        settings.secret_key, kind=kind.name, subject_id=subject_id, meaning=meaning
    )


async def carry_out(edge: Edge, command: Given, *, is_kept: bool = False) -> Told:
    """Carry out a command. If it came before and was applied, it gets the same answer again.

    `is_kept` says that the ledger has it already, waiting, and that whoever kept it has left out its place if need be.

    A refusal is returned, not raised: `Told.refusal`.

    Raises:
        CommandReused: this id came with something else, or of somebody else.
        IdempotencyKeyReused: the same, for a command without an id of its own.
    """
    if not is_kept:
        command = command._replace(sent=await without_forbidden_place(edge.sessions, command.sent))
    for _ in range(TRIES):
        try:
            return await _apply(edge, command, replaces=is_kept)
        except MAY_BE_KNOWN as error:
            known = await _find_known(edge, command)
            if known is not None and known.verdict in FINAL:
                return await tell_again(edge, command, known)
            refusal = await _refusal_of(edge, command, error)
            if refusal is None:
                is_kept = known is not None
            elif (told := await refuse(edge, command, refusal)) is not None:
                return told
    raise ChangedMeanwhile


async def _refusal_of(edge: Edge, command: Given, error: Exception) -> DomainError | None:
    """What the phone is told. None: the command has lost a race and is tried again.

    Raises the error itself if it is no verdict.
    """
    if not isinstance(error, DomainError) or isinstance(error, CommandKnown):
        used = await _find_number_used(edge, command)
        if used is not None:
            return used
    if isinstance(error, CommandKnown | ChangedMeanwhile):
        return None
    if not isinstance(error, DomainError) or policies.is_momentary(error):
        raise error
    return error


async def _find_number_used(edge: Edge, command: Given) -> NumberUsed | None:
    """Whether another command of the phone has its number."""
    company_id, device_id = command.sent.caller.company_id, command.sent.caller.device_id
    async with transaction(edge.sessions, company_id) as session:
        if device_id is None or not await _is_number_used(session, command):
            return None
        return NumberUsed(expected_seq=await queries.get_free_number(session, company_id, device_id))


async def _is_number_used(session: Session, command: Given) -> bool:
    caller, seq = command.sent.caller, command.sent.body.device_seq
    if caller.device_id is None or seq is None:
        return False
    holder = await queries.get_holder(session, caller.company_id, caller.device_id, seq)
    return holder not in (None, command.sent.command_id)


async def _apply(edge: Edge, command: Given, *, replaces: bool) -> Told:
    sent = command.sent
    if command.kind.prepare is not None:
        prepared = await command.kind.prepare(
            Preparing(sent.caller, sent.subject_id, edge.transactions, edge.files)
        )
        sent = sent._replace(prepared=prepared)
    run = _run_in_work if command.kind.runs_in == Runs.WORK else _run_in_session
    answer = await run(edge, command, sent, replaces=replaces)
    return Told(Verdict.APPLIED, command.kind.status, answer, etag=etag_of(answer))


async def _run_in_work(edge: Edge, command: Given, sent: Sent[Any], *, replaces: bool) -> Any:
    async with begin_work(edge.sessions, sent.caller.company_id) as work:
        answer = await command.kind.handler(work, sent)
        work.write(*_applied(command, answer, replaces=replaces), _audit(edge, command))
    return answer


async def _run_in_session(edge: Edge, command: Given, sent: Sent[Any], *, replaces: bool) -> Any:
    async with transaction(edge.sessions, sent.caller.company_id) as session:
        answer = await command.kind.handler(session, sent)
        async with work_in(session, sent.caller.company_id) as work:
            work.write(*_applied(command, answer, replaces=replaces))
        await append_audit(session, sent.caller, _audit(edge, command))
    return answer


def _audit(edge: Edge, command: Given) -> Insert:
    return audit_of(edge.caller, edge.origin, action=command.kind.operation, subject=command.subject)


def _applied(command: Given, answer: Any, *, replaces: bool) -> list[Change]:
    row = _row(command, Verdict.APPLIED, command.kind.status)
    if replaces and command.sent.place_refused is not None:
        row["payload"] = msgspec.to_builtins(command.sent.body)
    row |= {"code": None, "params": None, "answer": encode_json(answer), "etag": etag_of(answer)}
    changes: list[Change] = [queries.with_verdict(row, replaces=replaces)]
    return [*changes, _no_longer_waits(command)] if replaces else changes


def _no_longer_waits(command: Given) -> Change:
    return settle_occurrence(InboxKind.COMMAND_WAITS, str(command.sent.command_id), now=command.sent.now)


def _row(command: Given, verdict: Verdict, status: int) -> dict[str, Any]:
    sent = command.sent
    return {
        "command_id": sent.command_id,
        "user_id": sent.caller.user_id,
        "device_id": sent.caller.device_id,
        "device_seq": sent.body.device_seq,
        "kind": command.kind.name,
        "subject_id": sent.subject_id,
        "fingerprint": command.fingerprint,
        **command.times._asdict(),
        "is_backdated": command.is_backdated,
        "verdict": verdict,
        "status": status,
        "signal_at": None,
    }


async def _find_known(edge: Edge, command: Given) -> Known | None:
    """What the ledger says of this id.

    Raises:
        CommandReused, IdempotencyKeyReused: see `carry_out`.
    """
    caller = command.sent.caller
    async with transaction(edge.sessions, caller.company_id) as session:
        known = await queries.get_command(session, caller.company_id, command.sent.command_id)
    if known is not None:
        _check_same(command, known)
    return known


def _check_same(command: Given, known: Known) -> None:
    if not _is_same(command, known):
        raise CommandReused if command.has_own_id else IdempotencyKeyReused


def _is_same(command: Given, known: Known) -> bool:
    """Whether it is the same command. One that was not applied may come again with something else in it."""
    if known.user_id == command.sent.caller.user_id and known.was_unreadable:
        return True
    whose = (command.sent.caller.user_id, command.kind.name, command.sent.subject_id)
    if whose != (known.user_id, known.kind, known.subject_id):
        return False
    return known.verdict != Verdict.APPLIED or known.fingerprint in (None, command.fingerprint)


def told_of(known: Known) -> Told:
    """What became of a command, for a phone that was not there."""
    verdict = Verdict(known.verdict)
    if verdict != Verdict.APPLIED:
        return Told(verdict, known.status, refusal=RefusedBefore(known))
    return Told(verdict, known.status, kept=known.answer, etag=known.etag)


async def tell_again(edge: Edge, command: Given, known: Known) -> Told:
    """What the command was told when it came first.

    Raises:
        CommandReused, IdempotencyKeyReused: see `carry_out`.
    """
    _check_same(command, known)
    verdict = Verdict(known.verdict)
    if verdict != Verdict.APPLIED:
        return Told(verdict, known.status, refusal=RefusedBefore(known), is_repeated=True)
    if known.answer is not None or command.kind.retell is None:
        return Told(verdict, known.status, kept=known.answer, etag=known.etag, is_repeated=True)
    async with transaction(edge.sessions, command.sent.caller.company_id) as session:
        answer = await command.kind.retell(session, command.sent)
    return Told(verdict, known.status, answer, etag=etag_of(answer), is_repeated=True)


async def refuse(edge: Edge, command: Given, refusal: DomainError) -> Told | None:
    """Keep what came, and why it was refused. None: another request has had it applied meanwhile."""
    verdict = policies.verdict_of(
        refusal,
        command.times,
        now=command.sent.now,
        passes_later=command.kind.waits_for(refusal),
        is_of_content=isinstance(refusal, NumberUsed) or command.kind.is_of_content(refusal),
        may_wait=command.may_wait,
    )
    caller = command.sent.caller
    row = _row(command, verdict, refusal.status) | {
        "code": refusal.code,
        "params": msgspec.to_builtins(refusal.params, str_keys=True),
        "payload": placeless(msgspec.to_builtins(command.sent.body), command.sent.place_refused)
        if command.sent.place_refused
        else msgspec.to_builtins(command.sent.body),
    }
    if verdict == Verdict.WAITING:
        del row["signal_at"]
    async with transaction(edge.sessions, caller.company_id) as session:
        if await _is_number_used(session, command):
            row["device_seq"] = None
        is_kept = await queries.write_refusal(session, caller.company_id, row)
        if is_kept and verdict == Verdict.CONFLICT:
            await _report_conflict(session, command, refusal)
        if is_kept and verdict != Verdict.WAITING:
            async with work_in(session, caller.company_id) as work:
                work.write(_no_longer_waits(command))
    return Told(verdict, refusal.status, refusal=refusal) if is_kept else None


async def _report_conflict(session: Session, command: Given, refusal: DomainError) -> None:
    """Keep both sides, and put them before the dispatcher."""
    sent, company_id = command.sent, command.sent.caller.company_id
    theirs: dict[str, Any] = {"code": refusal.code, "params": refusal.params}
    visit = None
    if command.kind.subject == Subject.VISIT:
        visit = await queries.get_visit_seen(session, company_id, sent.subject_id)
        theirs["visit"] = visit._asdict() if visit else None
    conflict_id = uuid7()
    row = {
        "id": conflict_id,
        "subject_kind": command.kind.subject,
        "subject_id": sent.subject_id,
        "mine": msgspec.to_builtins({"kind": command.kind.name, "command": sent.body}),
        "theirs": msgspec.to_builtins(theirs, str_keys=True),
        "command_id": sent.command_id,
        "user_id": sent.caller.user_id,
        "made_at": sent.now,
    }
    row["theirs"]["said"] = conflict_in_words(command.kind.name, refusal, visit)
    await queries.add_conflict(session, company_id, row)
    params = {"kind": command.kind.name, "conflict_id": str(conflict_id), "user_id": str(sent.caller.user_id)}
    item = Item(
        "dispatcher",
        InboxKind.COMMAND_CONFLICT,
        command.kind.subject,
        sent.subject_id,
        params,
        occurrence=str(sent.command_id),
    )
    await add_items_once(session, company_id, item)
