from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Literal, Self
from uuid import UUID

from msgspec import Meta

from app.crm.targets.models import TargetPlace
from app.crm.targets.queries import Neighbours
from app.crm.targets.service import NewTarget
from app.http.schemas import In, Out

TargetKind = Literal["building", "entrance", "developer"]
TargetStatus = Literal["new", "in_work", "done", "dropped"]
Line = Annotated[str, Meta(max_length=300)]
Comment = Annotated[str, Meta(max_length=1000)]


class AddTarget(In):
    """Where to look for clients. No word of any person belongs here."""

    kind: TargetKind
    address: Line = ""
    """Of a building or an entrance, without a flat."""
    entrance: Line = ""
    developer: Line = ""
    """Name of the company that builds; of a building it may be named, too."""
    portrait_id: UUID | None = None
    """Whom one can expect there."""
    comment: Comment = ""

    def to_target(self) -> NewTarget:
        return NewTarget(
            self.kind,
            self.address.strip(),
            self.entrance.strip(),
            self.developer.strip(),
            self.portrait_id,
            self.comment,
        )


class ChangeTarget(In):
    status: TargetStatus
    comment: Comment | None = None
    """Null: it stays."""


class TargetOut(Out):
    """A place where clients are looked for."""

    id: UUID
    kind: TargetKind
    address: str
    entrance: str
    developer: str
    portrait_id: UUID | None
    comment: str
    status: TargetStatus
    added_by: UUID
    changed_at: datetime

    @classmethod
    def of(cls, place: TargetPlace) -> Self:
        return cls(**{name: getattr(place, name) for name in cls.__struct_fields__})


class NeighboursOut(Out):
    """An address at which the company has installed something."""

    address: str
    entrance: str
    objects: int
    """So many flats or offices there have something of ours."""
    last_at: datetime


class NeighboursListOut(Out):
    items: list[NeighboursOut]
    """Those with most objects first."""

    @classmethod
    def of(cls, found: Iterable[Neighbours]) -> Self:
        return cls(items=[NeighboursOut(**one._asdict()) for one in found])
