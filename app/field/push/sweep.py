"""Commands that wait for too long: their phone is away, or what they need does not come."""

from datetime import datetime
from uuid import UUID

from app.db.session import Session
from app.db.sweeps import QueueJob
from app.field.push import queries
from app.field.push.queries import Overdue
from app.notifications.api import InboxKind, Item, add_items_once

AT_ONCE = 50


async def tell_of_waiting_commands(session: Session, company_id: UUID, now: datetime, _: QueueJob) -> int:
    """Sweep `waiting_command`: what has waited for an hour is put before the dispatcher."""
    overdue = await queries.take_overdue(session, company_id, now=now, limit=AT_ONCE)
    await add_items_once(session, company_id, *map(_item, overdue))
    return len(overdue)


def _item(one: Overdue) -> Item:
    params = {
        "kind": one.kind,
        "user_id": str(one.user_id),
        "code": one.code,
        "sent_at": one.received_at.isoformat(),
    }
    return Item(
        "dispatcher",
        InboxKind.COMMAND_WAITS,
        "command",
        one.subject_id or one.command_id,
        params,
        occurrence=str(one.command_id),
    )
