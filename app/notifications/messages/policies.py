"""Decisions about messages: values in, values out, no clock and no database."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.notifications.channels.protocol import Accepted, Outcome, Rejected, ReportState


class MessageKind(StrEnum):
    """What a message is about. Its text has the same key in `[sms]`."""

    ON_MY_WAY = "on_my_way"
    VISIT_BOOKED = "visit_booked"
    INSTALLATION_BOOKED = "installation_booked"
    VISIT_MOVED = "visit_moved"
    VISIT_CANCELED = "visit_canceled"
    VISIT_FAILED = "visit_failed"
    OTHER_WORKER_COMES = "other_worker_comes"
    WORKER_NOT_COMING = "worker_not_coming"
    OFFER_MADE = "offer_made"
    OFFER_REMINDER = "offer_reminder"
    OFFER_WITHDRAWN = "offer_withdrawn"
    LOGIN_CODE = "login_code"


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
    S.SENT: frozenset({S.UNKNOWN, S.FAILED, S.DELIVERED}),
    S.FAILED: frozenset({S.DELIVERED}),
    S.SUPPRESSED: frozenset({S.DELIVERED}),
    S.EXPIRED: frozenset({S.DELIVERED}),
    S.DELIVERED: frozenset(),
}
"""Every move of a message. Reports can come twice and in any order, so one that says less than is known changes
nothing. Delivered is above failed: if one copy arrived, a failure of another copy does not matter. The database
refuses other moves."""

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
    outcome: Outcome, verdict: Verdict, tries: int, *, not_after: datetime | None, now: datetime
) -> datetime | None:
    """When the sender must look at the message again: to try again, or because no delivery report came."""
    if verdict.status == S.QUEUED:
        again = retry_at(tries=tries, finished_at=now)
        return min(again, not_after or again)
    if isinstance(outcome, Accepted) and outcome.report_within:
        return now + outcome.report_within
    return None


def status_after_report(status: MessageStatus, report: ReportState) -> MessageStatus:
    """The status after a delivery report. It stays the same if the report says nothing new."""
    meant = MEANING.get(report, status)
    return meant if meant in MOVES[status] else status


def is_too_late(not_after: datetime | None, now: datetime) -> bool:
    return not_after is not None and now >= not_after


def shown_body(kind: str, body: str) -> str:
    """The text that the office may read. One-time codes are masked."""
    return re.sub(r"\d", "*", body) if kind == MessageKind.LOGIN_CODE else body
