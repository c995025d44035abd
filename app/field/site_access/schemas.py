from typing import Annotated, Any, Self

from msgspec import UNSET, Meta, UnsetType

from app.clients.api import SiteFacts
from app.field.conflicts.schemas import ConflictOut
from app.field.schemas import FieldCommand
from app.http.schemas import LongText, Out, Patch
from app.http.wording import ValueRefused

Short = Annotated[str, Meta(max_length=50)]


class AccessFields(Patch):
    """How to get in. Fields that are left out are not touched."""

    entrance: Short | UnsetType = UNSET
    floor: Short | UnsetType = UNSET
    apartment: Short | UnsetType = UNSET
    intercom: Short | UnsetType = UNSET
    access_notes: LongText | UnsetType = UNSET
    """The gate, the guard, the dog."""


class UpdateSiteAccess(FieldCommand, kw_only=True):
    """The worker on site corrects how to get in."""

    base: AccessFields
    """What the phone showed of each field that is changed."""
    changes: AccessFields

    def __post_init__(self) -> None:
        super().__post_init__()
        changed = self.changes.changes()
        if not changed:
            raise ValueRefused("nothing_changed")
        if missing := [field for field in changed if field not in self.base.changes()]:
            raise ValueRefused("base_missing", fields=", ".join(missing))

    @property
    def shown(self) -> dict[str, Any]:
        return self.base.changes()

    @property
    def wanted(self) -> dict[str, Any]:
        return self.changes.changes()


class SiteAccessOut(Out):
    """How to get in, after the change."""

    entrance: str
    floor: str
    apartment: str
    intercom: str
    access_notes: str
    conflicts: list[ConflictOut]
    """Fields that somebody else has changed too. They stay as they are until the office decides."""

    @classmethod
    def of(cls, site: SiteFacts, conflicts: list[ConflictOut]) -> Self:
        fields = {name: getattr(site, name) for name in AccessFields.__struct_fields__}
        return cls(**fields, conflicts=conflicts)
