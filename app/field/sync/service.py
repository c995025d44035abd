"""Brings a phone up to date."""

import base64
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.core.changes import Delete, Insert
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.work import Work
from app.field.sync import policies, queries
from app.field.sync.kinds import read_items
from app.field.sync.policies import Delta, View
from app.field.sync.queries import StoredView
from app.field.sync.schemas import SyncItems, SyncOut, SyncRemoved

NOTHING: View = {}


async def pull(work: Work, scope: Scope, *, cursor: str | None, days_ahead: int, now: datetime) -> SyncOut:
    """What has changed for this phone since `cursor`. An unknown or too old cursor gives everything.

    The answer may get lost: the phone then asks with the same cursor again, and gets the same or something newer.
    """
    views = await work.all(queries.VIEWS_OF_DEVICE, user=scope.user_id, device=scope.device_id)
    asked = next((view for view in views if cursor_of(view.id) == cursor), None)
    days = policies.days_of(now, ahead=days_ahead)
    items = await read_items(work, scope, days, now=now)
    delta = policies.compare(policies.unpack(asked.packed) if asked else NOTHING, items)
    view_id = asked.id if asked and delta.is_empty else _keep(work, scope, views, asked, delta)
    return SyncOut(
        cursor=cursor_of(view_id),
        is_full=asked is None,
        now=now,
        visits_until=days.until,
        changed=SyncItems(**delta.changed),
        removed=SyncRemoved(**delta.removed),
    )


def _keep(
    work: Work, scope: Scope, views: Sequence[StoredView], asked: StoredView | None, delta: Delta
) -> UUID:
    """Keep what the phone has after this answer, and what it has if the answer gets lost. Older views are removed."""
    view_id = uuid7()
    row = {"id": view_id, "user_id": scope.user_id, "device_id": scope.device_id}
    work.write(Insert(queries.VIEWS, {**row, "items": policies.pack(delta.view)}))
    if old := [view.id for view in views if view is not asked]:
        work.write(Delete(queries.VIEWS, {"id": old}))
    return view_id


def cursor_of(view_id: UUID) -> str:
    return base64.urlsafe_b64encode(view_id.bytes).decode().rstrip("=")
