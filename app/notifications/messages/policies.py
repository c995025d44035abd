"""Decisions about messages: values in, values out, no clock and no database."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from app.notifications.channels.protocol import Accepted, Channel, Outcome, Rejected, ReportState
from app.notifications.kinds import MessageKind


class MessageStatus(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    """The gateway accepted it."""
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The gateway's answer was lost or no delivery report came. We do not know if it was sent, and it is not
    sent again."""
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"


S = MessageStatus

MOVES: dict[MessageStatus, frozenset[MessageStatus]] = {
    S.QUEUED: frozenset({S.SENDING, S.SUPPRESSED, S.EXPIRED, S.SENT, S.FAILED, S.DELIVERED}),
    S.SENDING: frozenset({S.QUEUED, S.UNKNOWN, S.SENT, S.FAILED, S.DELIVERED}),
    S.UNKNOWN: frozenset({S.SENT, S.FAILED, S.DELIVERED}),
    S.SENT: frozenset({S.QUEUED, S.UNKNOWN, S.FAILED, S.DELIVERED}),
    S.FAILED: frozenset({S.DELIVERED}),
    S.SUPPRESSED: frozenset({S.DELIVERED}),
    S.EXPIRED: frozenset({S.DELIVERED}),
    S.DELIVERED: frozenset(),
}
"""Every move of a message. Reports can come twice and in any order, so one that says less than is known changes
nothing. Delivered is above failed: if one copy arrived, a failure of another copy does not matter. A message that
may not have arrived is queued again if it has another channel. The database refuses other moves."""

MEANING = {
    ReportState.DELIVERED: S.DELIVERED,
    ReportState.UNDELIVERED: S.FAILED,
    ReportState.REFUSED: S.FAILED,
    ReportState.BUFFERED: S.SENT,
    ReportState.ACCEPTED: S.SENT,
}

STILL_TO_SEND = frozenset({S.QUEUED, S.SENDING})

LEASE = timedelta(seconds=30)
"""After this time without an outcome, the process that was sending counts as dead. Longer than any call."""

RETRY_PAUSES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
)
TRIES_MAX = len(RETRY_PAUSES) + 1


def retry_at(*, tries: int, finished_at: datetime) -> datetime:
    """When to try again a message that the gateway refused for now."""
    return finished_at + RETRY_PAUSES[tries - 1]


class Rung(NamedTuple):
    """One way to tell somebody, of several that are tried one after the other."""

    channel: Channel
    address: str
    """E.164 or e-mail."""
    within_s: int | None = None
    """Seconds it has to arrive. Then the next way is tried. None: as long as its gateway may take to report."""


def rungs_of(stored: Sequence[Mapping[str, Any]] | None) -> list[Rung]:
    return [Rung(Channel(one["channel"]), one["address"], one["within_s"]) for one in stored or ()]


def whereto(rung: Rung) -> dict[str, str]:
    """The columns that say where a message goes by this way."""
    if rung.channel == Channel.SMS:
        return {"channel": rung.channel, "phone": rung.address, "address": ""}
    return {"channel": rung.channel, "address": rung.address}


def next_rung(
    rungs: Sequence[Rung], number: int, *, not_after: datetime | None, now: datetime
) -> Rung | None:
    """The way that is tried next. None: there is none, or it would be too late."""
    if is_too_late(not_after, now) or number + 1 >= len(rungs):
        return None
    return rungs[number + 1]


def rung_deadline(rungs: Sequence[Rung], number: int, *, now: datetime) -> datetime | None:
    """Until when a message that is tried now must arrive. None: there is no other way, or no limit."""
    if number + 1 >= len(rungs) or (within_s := rungs[number].within_s) is None:
        return None
    return now + timedelta(seconds=within_s)


class Verdict(NamedTuple):
    status: MessageStatus
    reason: str | None


def verdict_on(outcome: Outcome, *, status: MessageStatus, tries: int) -> Verdict | None:
    """The new status of a message after a call of the gateway. None if it does not change.

    A delivery report can come before the answer; then the report's status stays. A message that is
    already `unknown` is not sent again, even if the gateway refused it: people were told so.
    """
    if status not in (S.SENDING, S.UNKNOWN):
        return None
    if isinstance(outcome, Accepted):
        return Verdict(S.SENT, None)
    if isinstance(outcome, Rejected):
        is_over = outcome.permanent or tries >= TRIES_MAX or status == S.UNKNOWN
        return Verdict(S.FAILED if is_over else S.QUEUED, outcome.code)
    return Verdict(S.UNKNOWN, outcome.detail) if status == S.SENDING else None


def look_again_at(
    outcome: Outcome,
    verdict: Verdict,
    tries: int,
    *,
    not_after: datetime | None,
    rung_until: datetime | None = None,
    now: datetime,
) -> datetime | None:
    """When the sender must look at the message again: to try again, or because no delivery report came."""
    if verdict.status == S.QUEUED:
        again = retry_at(tries=tries, finished_at=now)
        return min(again, not_after or again, rung_until or again)
    waits = [rung_until] if rung_until else []
    if isinstance(outcome, Accepted) and outcome.report_within:
        waits.append(now + outcome.report_within)
    return min(waits, default=None) if isinstance(outcome, Accepted) else None


def status_after_report(status: MessageStatus, report: ReportState) -> MessageStatus:
    """The status after a delivery report. It stays the same if the report says nothing new."""
    meant = MEANING.get(report, status)
    return meant if meant in MOVES[status] else status


def is_too_late(not_after: datetime | None, now: datetime) -> bool:
    return not_after is not None and now >= not_after


LINK = re.compile(r"(/v/)[0-9A-Z]+")
"""Opens the page on which a client answers about his visit."""


def shown_body(kind: str, body: str) -> str:
    """The text that the office may read. One-time codes and links by which the client himself acts are masked."""
    return re.sub(r"\d", "*", body) if kind == MessageKind.LOGIN_CODE else LINK.sub(r"\1***", body)
