"""Decisions about the workforce: values in, values out."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

CLOCK_AHEAD_MAX = timedelta(minutes=2)
"""How far a phone's clock may run ahead of ours before we stop believing it."""

Ring = Sequence[tuple[float, float]]
"""(longitude, latitude) of each corner, the first again at the end: GeoJSON."""


def is_from_future(at: datetime, *, now: datetime) -> bool:
    return at > now + CLOCK_AHEAD_MAX


def is_closed(ring: Ring) -> bool:
    """A ring needs three corners and must come back to the first."""
    return len(set(ring)) >= 3 and tuple(ring[0]) == tuple(ring[-1])


def spans_the_globe(ring: Ring) -> bool:
    """Whether a side goes a quarter round the Earth or further: PostGIS knows no shortest way between
    opposite points, and no crew works there."""
    return any(
        abs(lat - next_lat) >= 90 or min(abs(lon - next_lon), 360 - abs(lon - next_lon)) >= 90
        for (lon, lat), (next_lon, next_lat) in pairwise(ring)
    )


def polygon_text(rings: Sequence[Ring]) -> str:
    """`POLYGON((37.5 55.7, …))`, the outer ring first."""
    return "POLYGON(" + ",".join(_ring_text(ring) for ring in rings) + ")"


def _ring_text(ring: Ring) -> str:
    return "(" + ",".join(f"{lon!r} {lat!r}" for lon, lat in ring) + ")"
