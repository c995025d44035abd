"""What other modules get to know of materials, and what a job is expected to need."""

from datetime import datetime
from decimal import Decimal
from typing import NamedTuple, Self
from uuid import UUID

from app.orders.materials.models import Material


class MaterialFacts(NamedTuple):
    id: UUID
    code: str
    name_ru: str
    name_en: str
    unit: str
    is_active: bool

    @classmethod
    def of(cls, material: Material) -> Self:
        return cls(*(getattr(material, name) for name in cls._fields))


class Norm(NamedTuple):
    """How much a job of a type needs, from `since` on."""

    job_type_id: UUID
    material_id: UUID
    since: datetime
    per_job: Decimal
    per_opening: Decimal


class JobToSupply(NamedTuple):
    """What the expectation of a job depends on."""

    job_id: UUID
    job_number: int
    job_type_id: UUID
    openings: int
    """Of the newest sheet of its order. 0: nothing is measured."""
