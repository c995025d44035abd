"""Places on Earth: `geography(Point, 4326)` columns from and to latitude and longitude in degrees."""

import struct
from typing import NamedTuple

from geoalchemy2 import WKBElement, WKTElement

SRID = 4326


class LatLon(NamedTuple):
    lat: float
    lon: float


def geography_of(lat: float, lon: float) -> WKTElement:
    """The value to write into a column, or to compare one with. PostGIS puts the longitude first."""
    return WKTElement(f"POINT({lon!r} {lat!r})", srid=SRID)


def lat_lon_of(place: WKBElement | WKTElement) -> LatLon:
    """What a column holds: well-known binary when it was read, text while only written."""
    if isinstance(place, WKTElement):
        lon, lat = place.data.removeprefix("POINT(").removesuffix(")").split()
        return LatLon(float(lat), float(lon))
    lon, lat = struct.unpack("<dd", bytes(place.data)[-16:])
    return LatLon(lat, lon)
