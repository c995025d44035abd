import json
from typing import Annotated, Any, Self
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from app.core.places import Place
from app.http.schemas import In, Lat, Lon, Name, Out, Patch
from app.workforce.territories.queries import Area

Corner = tuple[Lon, Lat]


Borders = Annotated[
    list[Annotated[list[Corner], Meta(min_length=4, max_length=2000)]],
    Meta(
        min_length=1,
        max_length=20,
        description="`coordinates` of a GeoJSON Polygon: rings of [longitude, latitude]. The outer ring comes "
        "first. Each ring ends at its first point",
    ),
]


def _places(coordinates: Borders) -> list[list[Place]]:
    return [[Place(lat=lat, lon=lon) for lon, lat in border] for border in coordinates]


class CreateTerritory(In):
    name: Name
    coordinates: Borders

    def borders(self) -> list[list[Place]]:
        return _places(self.coordinates)


class UpdateTerritory(Patch):
    name: Name | UnsetType = UNSET
    coordinates: Borders | UnsetType = UNSET

    def changes(self) -> dict[str, Any]:
        """The fields that were sent. `coordinates` becomes `borders`."""
        sent = super().changes()
        if "coordinates" in sent:
            sent["borders"] = _places(sent.pop("coordinates"))
        return sent


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
