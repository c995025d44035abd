"""What the ledger says of a command. Pure functions."""

import hashlib
import hmac
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID, uuid5

from app.core.clock import SAME_MOMENT, corrected_time, shifted
from app.core.errors import DomainError

FROM_KEYS = UUID("8f0e3a52-6b1d-4c4e-9d54-1b6a4f1f7c11")
"""Namespace of the ids of commands that came with an Idempotency-Key and without an id."""
LATE = SAME_MOMENT
"""A command that its phone kept for longer than this was given without network."""

WAITS_AT_MOST = timedelta(days=1)
"""A command does not wait for its files longer than this after it came."""


class Verdict(StrEnum):
    """What became of a command. `applied` and `conflict` are final."""

    APPLIED = "applied"
    CONFLICT = "conflict"
    """The state has moved on while the phone was without network. A person decides."""
    REJECTED = "rejected"
    WAITING = "waiting"
    """It is kept and is carried out when what it waits for has come."""


FINAL = frozenset({Verdict.APPLIED, Verdict.CONFLICT})
OPEN = (Verdict.REJECTED, Verdict.WAITING)


class CommandKnown(DomainError):
    """The command is in the ledger: nobody sees this, because what the ledger says is answered."""


class NumberUsed(DomainError):
    """Another command has this number: the phone counts anew. It goes on with `expected_seq`, and sends again."""

    code = "sequence_rolled_back"


class Confidence(StrEnum):
    """What the corrected time of a command rests on."""

    SENT = "sent"
    """The phone said when it sent the command."""
    DEVICE = "device"
    """The offset that its device had in other batches."""
    NONE = "none"
    """Nothing: the phone's clock is believed."""


class Times(NamedTuple):
    """The times of a command, by both clocks."""

    occurred_at: datetime | None
    sent_at: datetime | None
    received_at: datetime
    corrected_at: datetime | None
    clock_offset: timedelta | None
    clock_confidence: Confidence


def times_of(occurred_at: datetime | None, *, sent_at: datetime | None, received_at: datetime) -> Times:
    """What is known of when a command was given."""
    corrected = occurred_at and corrected_time(occurred_at, sent_at=sent_at, received_at=received_at)
    return Times(
        occurred_at=occurred_at and shifted(occurred_at, timedelta()),
        sent_at=sent_at and shifted(sent_at, timedelta()),
        received_at=received_at,
        corrected_at=corrected,
        clock_offset=received_at - sent_at if sent_at else None,
        clock_confidence=Confidence.SENT if corrected else Confidence.NONE,
    )


def verdict_of(
    refusal: DomainError,
    times: Times,
    *,
    now: datetime,
    passes_later: bool = False,
    is_of_content: bool = False,
    may_wait: bool = False,
) -> Verdict:
    """What a refusal is: a conflict if the state says no to what a phone has kept for some time.

    What passes by itself waits in a batch, for a day; then a person decides. Whoever calls a route sees the refusal and
    calls again.

    404 and 409 speak of the state: the office has canceled the visit, moved it or given it to somebody else. The
    worker did what he reports when it was still right. A refusal of what the command itself says is none.
    """
    if passes_later:
        if not may_wait:
            return Verdict.REJECTED
        return Verdict.WAITING if now - times.received_at <= WAITS_AT_MOST else Verdict.CONFLICT
    if is_of_content:
        return Verdict.REJECTED
    is_of_state = refusal.status in (404, 409)
    return Verdict.CONFLICT if is_of_state and was_kept(times, now=now) else Verdict.REJECTED


def was_kept(times: Times, *, now: datetime) -> bool:
    """Whether the command has been on its way for a while. If nobody knows when it was given, the answer is no.

    What the phone says counts also if the command is backdated: a batch then takes it for later than a route would.
    """
    if times.occurred_at is None:
        return False
    said = corrected_time(times.occurred_at, sent_at=times.sent_at, received_at=times.received_at)
    return any(at is not None and now - at > LATE for at in (times.corrected_at, said))


def is_momentary(refusal: DomainError) -> bool:
    """Whether the very same command may pass in a moment: two changed the same row, or too many ask."""
    return refusal.code == DomainError.code or refusal.status >= 500


def id_from_key(user_id: UUID, key: str) -> UUID:
    """The id of a command that has none itself: the same key of the same person is the same command."""
    return uuid5(FROM_KEYS, f"{user_id} {key}")


def fingerprint_of(secret: str, *, kind: str, subject_id: UUID, meaning: bytes) -> bytes:
    """A hash of what was commanded, with the server's key: a body can hold what nobody should guess."""
    return hmac.digest(secret.encode(), f"{kind} {subject_id}\n".encode() + meaning, hashlib.sha256)
