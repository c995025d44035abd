"""Borders on the map: values in, values out."""

from collections.abc import Sequence
from itertools import pairwise

Border = Sequence[tuple[float, float]]
"""(longitude, latitude) of each corner, the first again at the end: GeoJSON."""


def is_closed(border: Border) -> bool:
    """A ring needs three corners and must come back to the first."""
    return len(set(border)) >= 3 and tuple(border[0]) == tuple(border[-1])


def spans_the_globe(border: Border) -> bool:
    """Whether a side goes a quarter round the Earth or further: PostGIS knows no shortest way between
    opposite points, and no crew works there."""
    return any(
        abs(lat - next_lat) >= 90 or min(abs(lon - next_lon), 360 - abs(lon - next_lon)) >= 90
        for (lon, lat), (next_lon, next_lat) in pairwise(border)
    )


def polygon_text(borders: Sequence[Border]) -> str:
    """`POLYGON((37.5 55.7, …))`, the outer ring first."""
    return "POLYGON(" + ",".join(_border_text(border) for border in borders) + ")"


def _border_text(border: Border) -> str:
    return "(" + ",".join(f"{lon!r} {lat!r}" for lon, lat in border) + ")"
