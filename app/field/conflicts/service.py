"""Conflicts of single fields: what a phone's change met another one about is kept, until a person decides.

`field/decisions` carries out what he decides.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.clients import api as clients
from app.core.ids import uuid7
from app.core.merging import Clash
from app.core.scope import Scope
from app.db.session import Session
from app.field.conflicts import queries
from app.field.conflicts.policies import StoredConflict
from app.field.conflicts.schemas import ConflictOut
from app.field.visits import get_visit_with_job
from app.identity import api as identity
from app.notifications.api import InboxKind, Item, add_items_once


class Origin(NamedTuple):
    """Where clashes come from."""

    subject_kind: str
    """What has the fields: an entry of `EDITORS` in `field/decisions`."""
    visit_id: UUID
    """At which it was said."""
    command_id: UUID


async def keep_clashes(
    session: Session, scope: Scope, origin: Origin, clashes: Mapping[UUID, Sequence[Clash]], *, now: datetime
) -> list[ConflictOut]:
    """Keep both values of each field, and put them before the dispatcher. `clashes` are by subject."""
    conflicts = [
        StoredConflict(
            id=uuid7(),
            **clash._asdict(),
            subject_kind=origin.subject_kind,
            subject_id=subject_id,
            command_id=origin.command_id,
            user_id=scope.user_id,
            made_at=now,
        )
        for subject_id, fields in clashes.items()
        for clash in fields
    ]
    if not conflicts:
        return []
    await queries.add_conflicts(session, scope.company_id, [one._asdict() for one in conflicts])
    item = Item(
        "dispatcher",
        InboxKind.FIELD_CONFLICT,
        origin.subject_kind,
        conflicts[0].subject_id,
        {
            **await _words_for(session, scope, origin.visit_id),
            "conflict_ids": [str(one.id) for one in conflicts],
        },
        occurrence=str(origin.command_id),
    )
    await add_items_once(session, scope.company_id, item)
    return [ConflictOut.of(one) for one in conflicts]


async def _words_for(session: Session, scope: Scope, visit_id: UUID) -> dict[str, Any]:
    """For the title of the item."""
    _, job = await get_visit_with_job(session, scope, visit_id)
    [site] = await clients.find_sites(session, scope.company_id, [job.site_id])
    [worker] = await identity.find_users(session, scope.company_id, [scope.user_id])
    return {"worker": worker.name, "address": site.address, "number": job.number}
