"""Places on Earth."""

from math import asin, cos, radians, sin, sqrt

import msgspec

SRID = 4326
"""WGS 84."""
EARTH_RADIUS_M = 6_371_000


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Degrees, WGS 84.

    Not a tuple: PostGIS and GeoJSON put the longitude first, people the latitude, so both are always named.
    """

    lat: float
    lon: float

    @property
    def ewkt(self) -> str:
        """The text form of a geography for PostGIS."""
        return f"SRID={SRID};POINT({self.lon!r} {self.lat!r})"


def distance_m(here: Place, there: Place) -> float:
    """Distance in a straight line, by the haversine formula."""
    lat_1, lat_2 = radians(here.lat), radians(there.lat)
    half_lat = sin((lat_2 - lat_1) / 2) ** 2
    half_lon = sin(radians(there.lon - here.lon) / 2) ** 2
    return 2 * EARTH_RADIUS_M * asin(sqrt(half_lat + cos(lat_1) * cos(lat_2) * half_lon))
