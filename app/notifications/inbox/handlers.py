"""Inbox items about messages that did not arrive, and about files that are not what was stored."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.contracts.files import FileDamaged, FileRestored
from app.contracts.notifications import MessageStateChanged
from app.db.session import Session
from app.db.work import Work, work_in
from app.notifications.inbox.changes import InboxKind, Item, settle_items, settle_occurrences
from app.notifications.inbox.service import add_items_once
from app.notifications.kinds import MessageKind, is_of_product
from app.notifications.messages.policies import MessageStatus

NOT_ARRIVED = {MessageStatus.FAILED, MessageStatus.UNKNOWN, MessageStatus.EXPIRED}
ARRIVED = {MessageStatus.SENT, MessageStatus.DELIVERED}


async def on_message_state_changed(
    session: Session, company_id: UUID, event: MessageStateChanged, now: datetime
) -> None:
    """Give the dispatchers an inbox item when a message may not have arrived, so that somebody calls.

    A later report that it has arrived settles the item.
    """
    kind = _kind_of_item(event)
    if kind is None:
        return
    if event.status in ARRIVED:
        earlier = [f"{event.message_id}:{status}" for status in sorted(NOT_ARRIVED)]
        async with work_in(session, company_id) as work:
            work.write(settle_occurrences(kind, event.subject_id, earlier, now=now))
        return
    params = {"message_id": str(event.message_id), "message": event.message_kind, "status": event.status}
    occurrence = f"{event.message_id}:{event.status}"
    item = Item("dispatcher", kind, event.subject_kind, event.subject_id, params, occurrence)
    await add_items_once(session, company_id, item)


async def may_not_be_told(_: Work, events: Sequence[MessageStateChanged]) -> list[MessageStateChanged]:
    """The events that may need an inbox item, or settle one."""
    return [
        event
        for event in events
        if event.status in NOT_ARRIVED | ARRIVED and _kind_of_item(event) is not None
    ]


def _kind_of_item(event: MessageStateChanged) -> InboxKind | None:
    """Messages to clients about visits have their items from the slice that tells them (`dispatch.telling`). Those
    of a company's own plans are no reason to call: the client's card shows what became of them.

    Workers are called only about a lost visit, because the worker would drive for nothing; the app shows
    him everything else.
    """
    if event.audience == "client":
        is_seen_to = event.subject_kind == "visit" or not is_of_product(event.message_kind)
        return None if is_seen_to else InboxKind.MESSAGE_NOT_DELIVERED
    return InboxKind.WORKER_NOT_TOLD if event.message_kind == MessageKind.OFFER_WITHDRAWN else None


async def on_file_damaged(session: Session, company_id: UUID, event: FileDamaged, now: datetime) -> None:
    """Give the office an inbox item. A file that is damaged anew after it was good is a new item."""
    params = {
        "kind": event.file_kind,
        "of": event.of,
        "of_kind": event.subject_kind,
        "of_id": str(event.subject_id),
    }
    item = Item(
        "dispatcher",
        InboxKind.FILE_DAMAGED,
        "damaged_file",
        event.damage_id,
        params,
        occurrence=now.isoformat(),
    )
    await add_items_once(session, company_id, item)


async def on_file_restored(session: Session, company_id: UUID, event: FileRestored, now: datetime) -> None:
    async with work_in(session, company_id) as work:
        work.write(settle_items([InboxKind.FILE_DAMAGED], event.damage_id, now=now))
