"""New messages, and every change of the status of a message."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.contracts.notifications import MessageStateChanged
from app.core.changes import Insert, InsertMany, Update
from app.core.ids import uuid7
from app.db.work import Work
from app.notifications.channels.protocol import Channel
from app.notifications.channels.sms.segments import count_segments
from app.notifications.kinds import MessageKind
from app.notifications.messages import policies, queries
from app.notifications.messages.policies import MessageStatus, Rung
from app.notifications.messages.queries import LockedMessage
from app.notifications.messages.wording import compose_text

CLIENT = "client"
"""The audience of messages to clients."""


def plan_message(
    kind: MessageKind,
    params: Mapping[str, str],
    *,
    audience: str,
    recipient_id: UUID,
    phone: str,
    lang: str,
    sender: str,
    subject_kind: str,
    subject_id: UUID,
    occurrence: str = "",
    now: datetime,
    not_after: datetime | None = None,
    timezone: str | None = None,
    then: Sequence[Rung] = (),
    within_s: int | None = None,
) -> Insert:
    """The row of an SMS, which is sent after COMMIT.

    There is only one SMS for each kind, subject, occurrence and recipient, even after the first was
    canceled; another row is not written. `occurrence` distinguishes intended repeats (the number of the
    client's notice, the agreed date). `audience` is `client` or `worker`. `phone` is E.164. `sender` is the
    company's own one, or empty. After `not_after` the SMS is not sent any more.

    A client gets the text that his company has published at the time of sending, or else the product's own.
    `timezone` is where his object is; by its clocks the SMS may wait for the morning. If the SMS has not
    arrived `within_s` seconds after its first try, or is known not to arrive, `then` is tried.

    `params` are words that are ready for the text (see `format_day`): those of `kinds.VARIABLES`, of which
    `kinds.OPTIONAL` may be missing.
    """
    body = compose_text(lang, kind, params)
    row: dict[str, Any] = {
        "id": uuid7(),
        "kind": kind,
        "audience": audience,
        "recipient_id": recipient_id,
        "phone": phone,
        "lang": lang,
        "sender": sender,
        "body": body,
        "segments": count_segments(body).parts,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "occurrence": occurrence,
        "status": MessageStatus.QUEUED,
        "send_at": now,
        "not_after": not_after,
        "created_at": now,
    }
    if audience == CLIENT:
        rungs = _stored([Rung(Channel.SMS, phone, within_s), *then]) if then else None
        row |= {"params": dict(params), "timezone": timezone, "rungs": rungs}
    return Insert("message", row, once=True)


def plan_touch(
    kind: str,
    params: Mapping[str, str],
    *,
    client_id: UUID,
    rungs: Sequence[Rung],
    lang: str,
    sender: str,
    subject_kind: str,
    subject_id: UUID,
    occurrence: str = "",
    batch_id: UUID | None = None,
    timezone: str | None = None,
    send_at: datetime,
    not_after: datetime | None = None,
    now: datetime,
) -> Insert:
    """The row of a message to a client whose text is a template of his company.

    `kind` is the template's. Text, legal class, consent, hours and caps are looked at when it is sent, at
    `send_at` at the earliest. `rungs` are the ways that are tried, one after the other. Advertising needs
    the `batch_id` that a person releases. There is only one message for each kind, subject, occurrence and client.
    """
    first = rungs[0]
    row: dict[str, Any] = {
        "id": uuid7(),
        "kind": kind,
        "audience": CLIENT,
        "recipient_id": client_id,
        **policies.whereto(first),
        "lang": lang,
        "sender": sender,
        "body": "",
        "segments": 0,
        "params": dict(params),
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "occurrence": occurrence,
        "batch_id": batch_id,
        "timezone": timezone,
        "rungs": _stored(rungs) if len(rungs) > 1 else None,
        "status": MessageStatus.QUEUED,
        "send_at": send_at,
        "not_after": not_after,
        "created_at": now,
    }
    return Insert("message", {"phone": ""} | row, once=True)


def _stored(rungs: Sequence[Rung]) -> list[dict[str, Any]]:
    return [rung._asdict() for rung in rungs]


def together(messages: Sequence[Insert]) -> InsertMany:
    """Messages from `plan_message` as one change, which is cheaper to write than many. All are to clients, or all
    to workers."""
    return InsertMany("message", [message.row for message in messages], once=True)


async def cancel_messages(
    work: Work, kinds: Sequence[MessageKind], *, subject_kind: str, subject_id: UUID, reason: str
) -> int:
    """Cancel messages that nobody has begun to send, because they are no longer true. Returns how many.

    A message that is being sent at this moment cannot be stopped.
    """
    queued = await work.all(
        queries.QUEUED_MESSAGES, subject_kind=subject_kind, subject=subject_id, kinds=list(kinds)
    )
    write_moves(work, [Move(message, MessageStatus.SUPPRESSED, reason) for message in queued])
    return len(queued)


async def stop_messages(work: Work, reasons: Mapping[UUID, str]) -> set[UUID]:
    """Cancel these messages, each for its reason, if nobody has begun to send them. Returns those that are canceled."""
    locked = await work.all(queries.LOCKED_MESSAGES, messages=list(reasons))
    waiting = [one for one in locked if one.status == MessageStatus.QUEUED]
    write_moves(work, [Move(one, MessageStatus.SUPPRESSED, reasons[one.id]) for one in waiting])
    return {one.id for one in waiting}


async def stop_messages_to(
    work: Work, values: Sequence[str], *, legal_classes: Sequence[str], reason: str
) -> int:
    """Cancel messages of these classes to these phones that nobody has begun to send. Returns how many."""
    queued = await work.all(queries.QUEUED_TO, values=list(values), legal_classes=list(legal_classes))
    write_moves(work, [Move(message, MessageStatus.SUPPRESSED, reason) for message in queued])
    return len(queued)


class Move(NamedTuple):
    """A change of the status of a locked message."""

    message: LockedMessage
    status: MessageStatus
    reason: str | None
    look_again_at: datetime | None = None
    now: datetime | None = None
    """Needed for a message that was sent or delivered."""
    rung: Rung | None = None
    """The way that is tried next. Nobody need be told of it."""

    def values(self) -> dict[str, Any]:
        was = self.message
        values: dict[str, Any] = {
            "status": self.status,
            "status_reason": self.reason,
            "send_at": self.look_again_at,
        }
        if self.rung is not None:
            values |= policies.whereto(self.rung)
            values |= {"rung": was.rung + 1, "rung_until": None, "tries_before": was.tries}
        if self.status in (MessageStatus.SENT, MessageStatus.DELIVERED):
            values["sent_at"] = was.sent_at or self.now
        if self.status == MessageStatus.DELIVERED:
            values["delivered_at"] = self.now
        if self.status not in policies.STILL_TO_SEND and policies.shown_body(was.kind, was.body) != was.body:
            values["body"] = policies.shown_body(was.kind, was.body)
            values["params"] = None  # they have the code or the link, too
        return values


def write_moves(work: Work, moves: Sequence[Move]) -> None:
    """Write the moves, with one UPDATE for messages that get the same values, and announce each of them."""
    alike: dict[tuple[tuple[str, Any], ...], list[UUID]] = {}
    for move in moves:
        alike.setdefault(tuple(move.values().items()), []).append(move.message.id)
    for values, ids in alike.items():
        work.write(Update("message", {"id": ids}, dict(values)))
    work.announce(*(_news(move) for move in moves if move.rung is None))


def end_try(message: LockedMessage, status: MessageStatus, reason: str | None, *, now: datetime) -> Move:
    """What becomes of a message that did not arrive, or may not have: it is tried another way, if it has one."""
    rung = policies.next_rung(message.rungs, message.rung, not_after=message.not_after, now=now)
    if rung is None:
        return Move(message, status, reason, now=now)
    return Move(message, MessageStatus.QUEUED, reason, now, rung=rung)


def _news(move: Move) -> MessageStateChanged:
    message = move.message
    return MessageStateChanged(
        message_id=message.id,
        status=move.status,
        audience=message.audience,
        message_kind=message.kind,
        subject_kind=message.subject_kind,
        subject_id=message.subject_id,
        reason=move.reason or "",
    )
