"""Inbox items as changes, for whoever decides about what they are about."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.contracts.dispatch import InboxItemAdded
from app.core.changes import Insert, Update
from app.core.ids import uuid7


class Item(NamedTuple):
    """Something to put before everybody of an audience, or before one person of it."""

    audience: str
    kind: str
    subject_kind: str
    subject_id: UUID
    params: dict[str, Any]
    occurrence: str = ""
    user_id: UUID | None = None


def add_item(item: Item) -> tuple[Insert, InboxItemAdded]:
    """The row and its news, for an item that is known to be new: one item per kind, subject, occurrence and
    audience."""
    item_id = uuid7()
    news = InboxItemAdded(item_id=item_id, audience=item.audience, item_kind=item.kind)
    return Insert("inbox_item", {"id": item_id, **item._asdict()}, once=True), news


def settle_items(kinds: Sequence[str], subject_id: UUID, *, now: datetime) -> Update:
    """The matter has settled itself: its open items go."""
    return Update(
        "inbox_item", {"kind": list(kinds), "subject_id": subject_id, "done_at": None}, {"done_at": now}
    )
