"""Decisions about messages: values in, values out, no clock and no database."""

import re
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from app.notifications.providers.protocol import Accepted, Outcome, Rejected, ReportState


class MessageKind(StrEnum):
    """What a message is about; its text is the key of the same name in `[sms]`."""

    ON_MY_WAY = "on_my_way"
    VISIT_BOOKED = "visit_booked"
    INSTALLATION_BOOKED = "installation_booked"
    VISIT_MOVED = "visit_moved"
    VISIT_CANCELED = "visit_canceled"
    OFFER_MADE = "offer_made"
    OFFER_REMINDER = "offer_reminder"
    OFFER_WITHDRAWN = "offer_withdrawn"
    LOGIN_CODE = "login_code"


class MessageStatus(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    """The gateway took it."""
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """The gateway's answer was lost, or its report never came: it may or may not have been sent, and is not
    sent again."""
    SUPPRESSED = "suppressed"
    EXPIRED = "expired"


S = MessageStatus

RANK = {
    S.QUEUED: 0,
    S.SENDING: 1,
    S.UNKNOWN: 1,
    S.SENT: 2,
    S.SUPPRESSED: 3,
    S.EXPIRED: 3,
    S.FAILED: 3,
    S.DELIVERED: 4,
}
"""Reports come twice and out of order: only a higher rank changes the status, so the order of the
reports does not matter. Delivered is above failed: the phone has it, whatever was said about a copy."""

MEANING = {
    ReportState.DELIVERED: S.DELIVERED,
    ReportState.UNDELIVERED: S.FAILED,
    ReportState.REFUSED: S.FAILED,
    ReportState.BUFFERED: S.SENT,
    ReportState.ACCEPTED: S.SENT,
}

STILL_TO_SEND = frozenset({S.QUEUED, S.SENDING})

LEASE = timedelta(seconds=30)
"""How long a call of the gateway may take before its process counts as dead. Longer than any call."""
LOGIN_CODE_LIFE = timedelta(minutes=5)

RETRY_PAUSES = (
    timedelta(seconds=10),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
)
TRIES_MAX = len(RETRY_PAUSES) + 1


def retry_at(*, tries: int, finished_at: datetime) -> datetime:
    """When a message the gateway could not take for the moment is tried again."""
    return finished_at + RETRY_PAUSES[tries - 1]


class Verdict(NamedTuple):
    status: MessageStatus
    reason: str | None


def verdict_on(outcome: Outcome, *, status: MessageStatus, tries: int) -> Verdict | None:
    """What becomes of a message after a call of the gateway; None when nothing changes.

    A delivery report can be faster than the answer: then the report has settled it. A message that
    somebody was already told is `unknown` is not sent again, even if the gateway refused it.
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
    """When somebody must look at the message again: to send it once more, or because no report has come."""
    if verdict.status == S.QUEUED:
        again = retry_at(tries=tries, finished_at=now)
        return min(again, not_after or again)
    if isinstance(outcome, Accepted) and outcome.report_within:
        return now + outcome.report_within
    return None


def status_after_report(status: MessageStatus, report: ReportState) -> MessageStatus:
    """The status a report leads to; the old one when it says nothing new."""
    meant = MEANING.get(report, status)
    return meant if RANK[meant] > RANK[status] else status


def is_too_late(not_after: datetime | None, now: datetime) -> bool:
    return not_after is not None and now >= not_after


def shown_body(kind: str, body: str) -> str:
    """The text as people of the office may read it: a one-time code is for one phone only."""
    return re.sub(r"\d", "*", body) if kind == MessageKind.LOGIN_CODE else body
