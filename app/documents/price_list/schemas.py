from typing import Annotated, Literal, Self
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from app.documents.price_list.models import WorkItem
from app.http.schemas import In, Out

Code = Annotated[
    str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$", description="Stays with the work for ever")
]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Unit = Literal["pcs", "m", "m2", "set", "hour"]
Price = Annotated[int, msgspec.Meta(ge=0, le=100_000_000_00, description="Kopecks")]
Months = Annotated[int, msgspec.Meta(ge=0, le=600)]


class AddWorkItem(In):
    code: Code
    name_ru: Name
    name_en: Name
    unit: Unit
    price_kop: Price
    reward_kop: Price
    """Paid to the crew per unit, divided by the members' shares."""
    warranty_months: Months = 0


class ChangeWorkItem(In):
    """Only what is given changes."""

    name_ru: Name | UnsetType = UNSET
    name_en: Name | UnsetType = UNSET
    unit: Unit | UnsetType = UNSET
    price_kop: Price | UnsetType = UNSET
    reward_kop: Price | UnsetType = UNSET
    warranty_months: Months | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    """False: it can no longer be put on acts."""


class WorkItemOut(Out):
    id: UUID
    version: int
    code: str
    name_ru: str
    name_en: str
    unit: str
    price_kop: int
    reward_kop: int
    warranty_months: int
    is_active: bool

    @classmethod
    def of(cls, item: WorkItem) -> Self:
        return cls(
            id=item.id,
            version=item.row_version,
            code=item.code,
            name_ru=item.name_ru,
            name_en=item.name_en,
            unit=item.unit,
            price_kop=item.price_kop,
            reward_kop=item.reward_kop,
            warranty_months=item.warranty_months,
            is_active=item.is_active,
        )
