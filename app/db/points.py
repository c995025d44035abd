"""Places in `geography` columns. PostGIS puts the longitude first."""

import struct
from collections.abc import Sequence

from geoalchemy2 import WKBElement, WKTElement

from app.core.places import SRID, Place


def geography_of(place: Place) -> WKTElement:
    """The value to write into a column with SQLAlchemy, or to compare one with."""
    return WKTElement(f"POINT({_lon_lat(place)})", srid=SRID)


def polygon_of(borders: Sequence[Sequence[Place]]) -> str:
    """`POLYGON((37.5 55.7, …))`, the outer border first, each ending where it began."""
    rings = (", ".join(_lon_lat(corner) for corner in border) for border in borders)
    return "POLYGON(" + ", ".join(f"({ring})" for ring in rings) + ")"


def place_of(value: WKBElement | WKTElement) -> Place:
    """What a column holds: well-known binary when it was read, text while only written."""
    if isinstance(value, WKTElement):
        lon, lat = map(float, value.data.removeprefix("POINT(").removesuffix(")").split())
    else:
        lon, lat = struct.unpack("<dd", bytes(value.data)[-16:])
    return Place(lat=lat, lon=lon)


def _lon_lat(place: Place) -> str:
    return f"{place.lon!r} {place.lat!r}"
