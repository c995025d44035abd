from collections.abc import Mapping
from datetime import datetime
from typing import Self
from uuid import UUID

from app.http.schemas import In, Name, Out
from app.notifications.batches.models import MessageBatch


class CreateBatch(In):
    name: Name
    """What people call it: “Autumn adjustment, north”."""


class BatchOut(Out):
    id: UUID
    name: str
    status: str
    """draft, released, paused or canceled. Only messages of a released batch are sent."""
    created_by: UUID
    released_by: UUID | None
    """Who let it go. His name answers for it."""
    released_at: datetime | None
    version: int

    @classmethod
    def of(cls, batch: MessageBatch) -> Self:
        return cls(
            id=batch.id,
            name=batch.name,
            status=batch.status,
            created_by=batch.created_by,
            released_by=batch.released_by,
            released_at=batch.released_at,
            version=batch.row_version,
        )


class BatchDetailsOut(Out):
    batch: BatchOut
    messages: dict[str, int]
    """How many there are, by their status."""

    @classmethod
    def of_all(cls, batch: MessageBatch, messages: Mapping[str, int]) -> Self:
        return cls(batch=BatchOut.of(batch), messages=dict(messages))
