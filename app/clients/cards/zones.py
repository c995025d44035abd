"""The time zone of a place, from the borders that `timezonefinder` carries with it. No service is asked."""

import asyncio
import atexit
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from app.core.places import Place

if TYPE_CHECKING:
    from timezonefinder import TimezoneFinder


def zone_at(place: Place) -> str | None:
    """IANA name of the zone, in microseconds once the borders are loaded. None at sea, and for a zone that this
    system does not know."""
    zone = _finder().timezone_at_land(lat=place.lat, lng=place.lon)
    return zone if zone in _known() else None


async def load_zones(_: Any = None) -> None:
    """Load the borders in a thread, while no transaction is open.

    Routes that locate a site name this as their `before_request`, so that the start of the API need not pay for it
    and no other request waits.
    """
    await asyncio.to_thread(_finder)


@cache
def _finder() -> "TimezoneFinder":
    """Takes half a second and 40 MB. The borders themselves stay on disk."""
    from timezonefinder import TimezoneFinder  # noqa: PLC0415

    finder = TimezoneFinder(in_memory=False)
    atexit.register(finder.cleanup)  # it does not close its files by itself
    return finder


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())
