"""What other modules get to know of the price list."""

from typing import Self
from uuid import UUID

import msgspec

from app.documents.price_list.models import WorkItem


class PricedWork(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the price list, as it is now."""

    id: UUID
    code: str
    version: int
    name_ru: str
    name_en: str
    unit: str
    price_kop: int
    warranty_months: int

    @classmethod
    def of(cls, item: WorkItem) -> Self:
        named = [name for name in cls.__struct_fields__ if name != "version"]
        return cls(version=item.row_version, **{name: getattr(item, name) for name in named})
