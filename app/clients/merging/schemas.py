from datetime import datetime
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import Meta

from app.clients.merging.policies import Conflict
from app.clients.records.models import ClientMerge
from app.http.schemas import In, Out

Reason = Annotated[str, Meta(min_length=1, max_length=500, pattern=r"\S", description="Not blank")]


class MergeClient(In):
    merged_id: UUID
    """The card that is merged into this one."""
    reason: Reason


class UndoMerge(In):
    reason: Reason


class MergeConflictOut(Out):
    """What could not be as it was before the merge."""

    kind: str
    """field_changed, contact_added, contact_removed, contact_taken, site_added, site_changed."""
    what: str
    """The field, or the id of the contact or site."""

    @classmethod
    def of(cls, conflict: Conflict) -> Self:
        return cls(kind=conflict.kind, what=conflict.what)


class MergeOut(Out):
    id: UUID
    survivor_id: UUID
    merged_id: UUID
    reason: str
    merged_by: UUID
    merged_at: datetime
    before: dict[str, Any]
    """Both cards as they were. Phones are left out for people who do not call clients."""
    undo_until: datetime
    undone_at: datetime | None
    undone_by: UUID | None
    undo_reason: str | None
    conflicts: list[MergeConflictOut]
    """Of an undone merge: what could not be as it was."""

    @classmethod
    def of(cls, merge: ClientMerge, *, sees_phones: bool) -> Self:
        return cls(
            id=merge.id,
            survivor_id=merge.survivor_id,
            merged_id=merge.merged_id,
            reason=merge.reason,
            merged_by=merge.merged_by,
            merged_at=merge.merged_at,
            before=merge.snapshot if sees_phones else _without_contacts(merge.snapshot),
            undo_until=merge.undo_until,
            undone_at=merge.undone_at,
            undone_by=merge.undone_by,
            undo_reason=merge.undo_reason,
            conflicts=[
                MergeConflictOut(kind=one["kind"], what=one["what"]) for one in merge.undo_conflicts or ()
            ],
        )


def _without_contacts(snapshot: dict[str, Any]) -> dict[str, Any]:
    return {name: card | {"contacts": []} for name, card in snapshot.items()}
