"""Places in `geography` columns. PostGIS puts the longitude first."""

import struct
from collections.abc import Sequence

from geoalchemy2 import WKBElement, WKTElement

from app.core.places import SRID, Place


def geography_of(place: Place) -> WKTElement:
    """The value that SQLAlchemy writes into a geography column or compares with one."""
    return WKTElement(f"POINT({_lon_lat(place)})", srid=SRID)


def polygon_of(borders: Sequence[Sequence[Place]]) -> str:
    """`POLYGON((37.5 55.7, …))`. The outer border comes first. Each border ends at the point where it began."""
    rings = (", ".join(_lon_lat(corner) for corner in border) for border in borders)
    return "POLYGON(" + ", ".join(f"({ring})" for ring in rings) + ")"


def place_of(value: WKBElement | WKTElement) -> Place:
    """Read a column's value: well-known binary if it came from the database, text if it was only assigned."""
    if isinstance(value, WKTElement):
        lon, lat = map(float, value.data.removeprefix("POINT(").removesuffix(")").split())
    else:
        lon, lat = struct.unpack("<dd", bytes(value.data)[-16:])
    return Place(lat=lat, lon=lon)


def _lon_lat(place: Place) -> str:
    return f"{place.lon!r} {place.lat!r}"
