"""What an offer can be, and what a command reads of it."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from app.core.changes import Update
from app.dispatch.visits.policies import VisitStatus
from app.notifications.api import InboxKind

OFFER_ITEMS = [
    InboxKind.OFFER_UNANSWERED,
    InboxKind.OFFER_DECLINED,
    InboxKind.NOBODY_ACCEPTS,
    InboxKind.OFFER_REMINDER,
    InboxKind.WORKER_NEEDED,
]
"""Inbox items that are settled when somebody accepts the visit."""
WHILE_HELD = [InboxKind.OFFER_REMINDER, InboxKind.VISIT_UNFIT]
"""Inbox items that are settled when whoever is asked is not asked any more."""
ALL_ITEMS = [*OFFER_ITEMS, InboxKind.VISIT_UNFIT, InboxKind.WORKER_DISMISSED, InboxKind.WORKER_ELSEWHERE]
"""Inbox items that are settled when the visit is withdrawn, moved or canceled."""

NOBODY_ASKED: Mapping[str, Any] = {
    "status": VisitStatus.PLANNED,
    "worker_id": None,
    "crew_id": None,
    "accept_by": None,
}
"""New values of a visit that nobody has or is asked for any more."""


class OfferStatus(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


OFFER_MOVES: dict[OfferStatus, frozenset[OfferStatus]] = {
    OfferStatus.PENDING: frozenset(OfferStatus) - {OfferStatus.PENDING},
    OfferStatus.ACCEPTED: frozenset({OfferStatus.WITHDRAWN}),
    OfferStatus.DECLINED: frozenset(),
    OfferStatus.EXPIRED: frozenset(),
    OfferStatus.WITHDRAWN: frozenset(),
}
"""Every move of an offer. The database refuses others."""


class OfferState(NamedTuple):
    """The row of an offer as a command reads it."""

    id: UUID
    worker_id: UUID
    crew_id: UUID | None
    status: str
    expires_at: datetime


def answered(offer: OfferState, status: OfferStatus, *, now: datetime, **more: Any) -> Update:
    """The offer gets this status now, if it still has the one that was read."""
    to = {"status": status, "answered_at": now, **more}
    return Update("offer", {"id": offer.id, "status": offer.status}, to, expected=1)
