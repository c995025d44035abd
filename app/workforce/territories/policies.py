"""Decisions about borders on the map: values in, values out."""

from collections.abc import Sequence
from itertools import pairwise

from app.core.places import Place

Border = Sequence[Place]
"""The corners. The first corner comes again at the end."""


def is_closed(border: Border) -> bool:
    """Whether the border has at least three corners and ends at the first one."""
    return len(set(border)) >= 3 and border[0] == border[-1]


def spans_the_globe(border: Border) -> bool:
    """Whether a side is a quarter of the Earth's circumference or longer.

    PostGIS cannot find the shortest way between opposite points, and no real territory is so large.
    """
    return any(_is_far(corner, following) for corner, following in pairwise(border))


def _is_far(here: Place, there: Place) -> bool:
    degrees_lon = abs(here.lon - there.lon)
    return abs(here.lat - there.lat) >= 90 or min(degrees_lon, 360 - degrees_lon) >= 90
