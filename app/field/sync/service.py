"""Brings a phone up to date."""

import base64
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from hashlib import blake2b
from typing import Any
from uuid import UUID

import msgspec

from app.core.changes import Delete, Insert, Update
from app.core.ids import uuid7
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.work import Work
from app.field.attachments.policies import OTHERS_PER_JOB_MAX, PROOFS_PER_VISIT_MAX
from app.field.sync import policies, queries
from app.field.sync.kinds import KINDS, read_items
from app.field.sync.policies import Days, Delta, View
from app.field.sync.queries import StoredView
from app.field.sync.schemas import PhotoLimitsOut, SyncItems, SyncOut, SyncRemoved

NOTHING: View = {}
READING = 1
"""One up when the same rows are to be shown in another way and `SyncItems` stays as it is: phones get it at once."""


async def pull(work: Work, scope: Scope, *, cursor: str | None, settings: Settings, now: datetime) -> SyncOut:
    """What has changed for this phone since `cursor`. An unknown or too old cursor gives everything.

    The answer may get lost: the phone then asks with the same cursor again, and gets the same or something newer.
    One statement looks whether anything has changed at all. It comes before the items are read, so what changes in
    between is read now and looked at again with the next request.
    """
    views = await work.all(queries.VIEWS_OF_DEVICE, user=scope.user_id, device=scope.device_id)
    asked = next((view for view in views if cursor_of(view.id) == cursor), None)
    days = policies.days_of(now, ahead=settings.field_days_ahead)
    marks = _hashed(await queries.read_marks(work, scope.user_id, days, now=now), scope.lang)
    if asked is not None and asked.marks == marks:
        return _answer(asked.id, policies.nothing_new(KINDS), days, settings, is_full=False, now=now)
    items = await read_items(work, scope, days, now=now)
    delta = policies.compare(policies.unpack(asked.packed) if asked else NOTHING, items)
    if asked is not None and delta.is_empty:
        work.write(Update(queries.VIEWS, {"id": asked.id}, {"marks": marks}))
        view_id = asked.id
    else:
        view_id = _keep(work, scope, views, asked, delta, marks)
    return _answer(view_id, delta, days, settings, is_full=asked is None, now=now)


def _answer(
    view_id: UUID, delta: Delta, days: Days, settings: Settings, *, is_full: bool, now: datetime
) -> SyncOut:
    return SyncOut(
        cursor=cursor_of(view_id),
        is_full=is_full,
        now=now,
        visits_until=days.until,
        photo_limits=PhotoLimitsOut(
            photos_per_job=settings.photos_per_job,
            proofs_per_visit=PROOFS_PER_VISIT_MAX,
            others_per_job=OTHERS_PER_JOB_MAX,
        ),
        changed=SyncItems(**delta.changed),
        removed=SyncRemoved(**delta.removed),
    )


@cache
def shape_of_items() -> bytes:
    """A hash of what items look like in this version of the program: a new one sends all items anew."""
    return blake2b(msgspec.json.encode(msgspec.json.schema(SyncItems), order="deterministic")).digest()


def _hashed(marks: Sequence[Any], lang: str) -> bytes:
    """`lang` is that of the words in the items."""
    said = f"{READING} {lang} {marks}".encode()
    return blake2b(said + shape_of_items(), digest_size=16).digest()


def _keep(
    work: Work,
    scope: Scope,
    views: Sequence[StoredView],
    asked: StoredView | None,
    delta: Delta,
    marks: bytes,
) -> UUID:
    """Keep what the phone has after this answer, and what it has if the answer gets lost. Older views are removed."""
    view_id = uuid7()
    row = {"id": view_id, "user_id": scope.user_id, "device_id": scope.device_id}
    work.write(Insert(queries.VIEWS, {**row, "items": policies.pack(delta.view), "marks": marks}))
    if old := [view.id for view in views if view is not asked]:
        work.write(Delete(queries.VIEWS, {"id": old}))
    return view_id


def cursor_of(view_id: UUID) -> str:
    return base64.urlsafe_b64encode(view_id.bytes).decode().rstrip("=")
