from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from app.crm.sources.models import ClientSource, SourceTouch
from app.crm.sources.policies import SourceKind
from app.crm.sources.service import NewSource, NewTouch
from app.http.schemas import In, LongText, Moment, Name, Out, Patch

Trust = Annotated[int, Meta(ge=1, le=5)]


class AddSource(In):
    """Where clients come from. A recommendation names the client who recommends, a colleague the worker."""

    name: Name
    """As the source of a card is written. Reports put both together."""
    kind: SourceKind
    trust: Trust
    """How much people believe it: 5 is a friend, 1 is a coupon."""
    client_id: UUID | None = None
    worker_id: UUID | None = None

    def new(self) -> NewSource:
        return NewSource(self.name.strip(), self.kind, self.trust, self.client_id, self.worker_id)


class ChangeSource(Patch):
    name: Name | UnsetType = UNSET
    trust: Trust | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET


class SourceOut(Out):
    id: UUID
    name: str
    kind: SourceKind
    trust: int
    client_id: UUID | None
    """The client who recommends."""
    worker_id: UUID | None
    """The colleague who recommends."""
    is_active: bool
    version: int

    @classmethod
    def of(cls, one: ClientSource) -> Self:
        same = {name: getattr(one, name) for name in set(cls.__struct_fields__) - {"kind", "version"}}
        return cls(kind=SourceKind(one.kind), version=one.row_version, **same)


class NoteSourceTouch(In):
    source_id: UUID
    request_id: UUID | None = None
    """With what he came. The first touch with a request is his source, and stays it."""
    at: Moment | None = None
    """Without a request: when he heard of us. Default: now."""
    note: LongText = ""

    def new(self) -> NewTouch:
        return NewTouch(self.source_id, self.request_id, self.at, self.note)


class SourceTouchOut(Out):
    id: UUID
    client_id: UUID
    source_id: UUID
    request_id: UUID | None
    is_first: bool
    """This is his source."""
    at: datetime
    note: str
    noted_by: UUID

    @classmethod
    def of(cls, one: SourceTouch) -> Self:
        return cls(**{name: getattr(one, name) for name in cls.__struct_fields__})
