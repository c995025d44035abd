import json
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from app.http.schemas import In, Lat, Lon, Name, Out, Patch
from app.workforce.territories.queries import Area

Corner = tuple[Lon, Lat]


Borders = Annotated[
    list[Annotated[list[Corner], Meta(min_length=4, max_length=2000)]],
    Meta(
        min_length=1,
        max_length=20,
        description="`coordinates` of a GeoJSON Polygon: rings of [longitude, latitude], the outer one first, "
        "each ending where it began",
    ),
]


class CreateTerritory(In):
    name: Name
    coordinates: Borders


class UpdateTerritory(Patch):
    name: Name | UnsetType = UNSET
    coordinates: Borders | UnsetType = UNSET


class TerritoryOut(Out):
    id: UUID
    name: str
    coordinates: list[list[tuple[float, float]]]
    version: int

    @classmethod
    def of(cls, area: Area) -> Self:
        polygon: dict[str, Any] = json.loads(area.geojson)  # PostGIS's own GeoJSON
        return cls(id=area.id, name=area.name, coordinates=polygon["coordinates"], version=area.version)


class TerritoriesOut(Out):
    items: list[TerritoryOut]
