"""New inbox items, and what closes them when their subject is settled."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple
from uuid import UUID

from app.contracts.dispatch import InboxItemAdded
from app.core.changes import Insert, Update
from app.core.ids import uuid7


class InboxKind(StrEnum):
    """What an item is about. Its title has the same key in `[inbox]`."""

    ACTION_OVER_BUDGET = "action_over_budget"
    ANSWER_NOT_TAKEN = "answer_not_taken"
    ANSWER_UNCLEAR = "answer_unclear"
    CHAT_QUESTION = "chat_question"
    CLIENT_CANCELED_VISIT = "client_canceled_visit"
    CLIENT_MOVED_VISIT = "client_moved_visit"
    CLIENT_NOT_TOLD = "client_not_told"
    CLIENT_WANTS_OTHER_TIME = "client_wants_other_time"
    CLIENT_WITHOUT_PHONE = "client_without_phone"
    CLIENT_WROTE = "client_wrote"
    COMMAND_CONFLICT = "command_conflict"
    COMMAND_WAITS = "command_waits"
    FIELD_CONFLICT = "field_conflict"
    FILE_DAMAGED = "file_damaged"
    INSTALLATION_TOO_EARLY = "installation_too_early"
    INVOICE_OVERDUE = "invoice_overdue"
    MESSAGE_NOT_DELIVERED = "message_not_delivered"
    NEW_CLIENT_UNCONFIRMED = "new_client_unconfirmed"
    NEW_TIME_NEEDED = "new_time_needed"
    NOBODY_ACCEPTS = "nobody_accepts"
    OFFER_DECLINED = "offer_declined"
    OFFER_REMINDER = "offer_reminder"
    OFFER_UNANSWERED = "offer_unanswered"
    ORDER_UNSETTLED = "order_unsettled"
    PAYMENT_DOUBTFUL = "payment_doubtful"
    READINESS_NEAR = "readiness_near"
    STOP_UNEXPLAINED = "stop_unexplained"
    TASK_UNDONE = "task_undone"
    TIME_COMMENTED = "time_commented"
    VISIT_UNCONFIRMED = "visit_unconfirmed"
    VISIT_UNFIT = "visit_unfit"
    WORKER_DISMISSED = "worker_dismissed"
    WORKER_ELSEWHERE = "worker_elsewhere"
    WORKER_NEEDED = "worker_needed"
    WORKER_NOT_TOLD = "worker_not_told"


class Item(NamedTuple):
    """An inbox item for everybody of an audience, or for one person of it."""

    audience: str
    kind: InboxKind
    subject_kind: str
    subject_id: UUID
    params: dict[str, Any]
    occurrence: str = ""
    user_id: UUID | None = None


def at_site(starts_at: datetime, site_zone: str | None) -> dict[str, Any]:
    """Parameters of an item that says when a visit begins. Where clocks on site differ, both times are read."""
    zone = {"site_zone": site_zone} if site_zone else {}
    return {"starts_at": starts_at.isoformat()} | zone


def add_item(item: Item) -> tuple[Insert, InboxItemAdded]:
    """The row and the event of a new item.

    For a caller that knows that it is new: there is one item for each kind, subject, occurrence and
    audience. Others call `add_items_once`.
    """
    item_id = uuid7()
    news = InboxItemAdded(item_id=item_id, audience=item.audience, item_kind=item.kind)
    return Insert("inbox_item", {"id": item_id, **item._asdict()}, once=True), news


def settle_items(kinds: Sequence[InboxKind], subject_id: UUID, *, now: datetime) -> Update:
    """Close the open items of a subject, because nobody needs to do anything any more."""
    return Update(
        "inbox_item", {"kind": list(kinds), "subject_id": subject_id, "done_at": None}, {"done_at": now}
    )


def settle_occurrence(kind: InboxKind, occurrence: str, *, now: datetime) -> Update:
    """Close the open items of this kind and occurrence, whatever their subjects are."""
    where = {"kind": kind, "occurrence": occurrence, "done_at": None}
    return Update("inbox_item", where, {"done_at": now})


def settle_found(item_ids: Sequence[UUID], *, now: datetime) -> Update:
    """Close these items if they are open."""
    return Update("inbox_item", {"id": list(item_ids), "done_at": None}, {"done_at": now})


def settle_occurrences(
    kind: InboxKind, subject_id: UUID, occurrences: Sequence[str], *, now: datetime
) -> Update:
    """Close the open items of these occurrences."""
    which = {"kind": kind, "subject_id": subject_id, "occurrence": list(occurrences), "done_at": None}
    return Update("inbox_item", which, {"done_at": now})
