"""Places on Earth."""

import msgspec

SRID = 4326
"""WGS 84."""


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
