"""Makes a place rough: values in, values out."""

from math import cos, floor, pi, radians

from app.core.places import EARTH_RADIUS_M, Place

CELL_M = 300
"""A worker is shown in the middle of a square of this size. The grid lies still, so many looks tell no more
than one."""
ACCURACY_WORST_M = 500
"""A position that may be further off says too little."""
ROW_DEG = CELL_M / (EARTH_RADIUS_M * pi / 180)
POLE_DEG = 89.9
"""Squares further north or south would have no width."""


def rough(place: Place) -> Place:
    """The middle of the square that holds this place."""
    lat = _middle(max(-POLE_DEG, min(POLE_DEG, place.lat)), ROW_DEG)
    lon = _middle(place.lon, ROW_DEG / cos(radians(lat)))
    return Place(lat=round(lat, 5), lon=round(lon, 5))


def _middle(degrees: float, step: float) -> float:
    return (floor(degrees / step) + 0.5) * step
