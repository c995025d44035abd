from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Literal, Self
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from app.core.quantities import number_of
from app.http.schemas import In, Out, Patch, read_quantity
from app.orders.materials.models import Material
from app.orders.materials.values import MaterialFacts, Norm

Code = Annotated[
    str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$", description="Stays with the material for ever")
]
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f]+$")]
Unit = Literal["pcs", "m", "m2", "set", "kg", "l", "pack"]
AnyQuantity = Annotated[
    float,
    msgspec.Meta(
        ge=0,
        le=10_000,
        description="In the unit of the material, up to three decimal places; pieces and sets whole",
    ),
]


class AddMaterial(In):
    code: Code
    name_ru: Name
    name_en: Name
    unit: Unit
    """It cannot be changed later."""


class ChangeMaterial(Patch):
    """Only what is given changes."""

    name_ru: Name | UnsetType = UNSET
    name_en: Name | UnsetType = UNSET
    is_active: bool | UnsetType = UNSET
    """False: workers cannot choose it any more."""


class MaterialOut(Out):
    id: UUID
    version: int
    code: str
    name_ru: str
    name_en: str
    unit: str
    is_active: bool

    @classmethod
    def of(cls, material: Material) -> Self:
        return cls(version=material.row_version, **MaterialFacts.of(material)._asdict())


class NormIn(In):
    """What a job of the type needs of a material: `per_job`, and `per_opening` for each opening of its order."""

    material_id: UUID
    per_job: AnyQuantity = 0
    per_opening: AnyQuantity = 0

    def __post_init__(self) -> None:
        self.quantities()

    def quantities(self) -> tuple[Decimal, Decimal]:
        return read_quantity(self.per_job), read_quantity(self.per_opening)


class SetMaterialNorms(In):
    items: Annotated[list[NormIn], msgspec.Meta(max_length=200)]
    """The whole list: what is not in it is not needed any more."""


class NormOut(Out):
    material_id: UUID
    code: str
    unit: str
    per_job: float
    per_opening: float

    @classmethod
    def of(cls, norm: Norm, material: MaterialFacts) -> Self:
        return cls(
            material_id=norm.material_id,
            code=material.code,
            unit=material.unit,
            per_job=number_of(norm.per_job),
            per_opening=number_of(norm.per_opening),
        )


class NormsOut(Out):
    items: list[NormOut]

    @classmethod
    def of(cls, norms: list[Norm], materials: Mapping[UUID, MaterialFacts]) -> Self:
        shown = [NormOut.of(norm, materials[norm.material_id]) for norm in norms]
        return cls(items=sorted(shown, key=lambda one: one.code))


class ExpectedIn(In):
    material_id: UUID
    quantity: AnyQuantity | None
    """Null: the norm of the job type counts again."""

    def __post_init__(self) -> None:
        self.exact()

    def exact(self) -> Decimal | None:
        return None if self.quantity is None else read_quantity(self.quantity)


class SetExpectedMaterials(In):
    """What this job needs. Materials that are not named stay as they are."""

    items: Annotated[list[ExpectedIn], msgspec.Meta(min_length=1, max_length=200)]
