"""What a camera writes of a photo: when and where it was taken, and by which camera. It may be wrong or forged."""

import math
from collections.abc import Mapping
from datetime import UTC, datetime, timezone
from typing import NamedTuple
from zoneinfo import ZoneInfo

from PIL import Image

from app.core.places import Place

MAKE, MODEL = 0x010F, 0x0110
EXIF_IFD, GPS_IFD = 0x8769, 0x8825
TAKEN, TAKEN_OFFSET = 0x9003, 0x9011
LAT_REF, LAT, LON_REF, LON, ALTITUDE_REF, ALTITUDE = range(1, 7)
TEXT_MAX = 100
ALTITUDE_MAX_M = 20_000


class Evidence(NamedTuple):
    """What the camera says. Each is None if it says nothing, or something impossible."""

    taken_at: datetime | None = None
    """By the camera's clock, in UTC."""
    has_zone: bool | None = None
    """Whether the camera told its time zone. If not, it was taken to be the company's."""
    place: Place | None = None
    altitude_m: float | None = None
    """Above the sea; negative below it."""
    make: str | None = None
    model: str | None = None
    says_place: bool = False
    """Whether it says something of a place, even if that is impossible."""


def read_evidence(exif: Image.Exif, *, timezone_name: str) -> Evidence:
    """Read the EXIF data of a photo. `timezone_name` is used if the camera gives no time zone."""
    taken, gps = exif.get_ifd(EXIF_IFD), exif.get_ifd(GPS_IFD)
    zone = _offset(str(taken.get(TAKEN_OFFSET)))
    taken_at = _taken_at(str(taken.get(TAKEN)), zone or ZoneInfo(timezone_name))
    return Evidence(
        taken_at=taken_at,
        has_zone=None if taken_at is None else zone is not None,
        place=_place(gps),
        altitude_m=_altitude_m(gps),
        make=_text(exif.get(MAKE)),
        model=_text(exif.get(MODEL)),
        says_place=bool(gps),
    )


def _taken_at(text: str, zone: timezone | ZoneInfo) -> datetime | None:
    """In UTC. None for impossible values: an unset camera writes 0000:00:00."""
    try:
        local = datetime.strptime(text.strip(" \0"), "%Y:%m:%d %H:%M:%S")  # noqa: DTZ007 – set below
        return local.replace(tzinfo=zone).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _offset(text: str) -> timezone | None:
    """`+03:00` as a time zone."""
    try:
        offset = datetime.strptime(text.strip(" \0"), "%z").utcoffset()
    except ValueError:
        return None
    return timezone(offset) if offset is not None else None


def _place(gps: Mapping[int, object]) -> Place | None:
    """None also for 0° 0°, which cameras without a fix write."""
    lat = _degrees(gps.get(LAT), gps.get(LAT_REF), negative="S", most=90)
    lon = _degrees(gps.get(LON), gps.get(LON_REF), negative="W", most=180)
    if lat is None or lon is None or (lat, lon) == (0, 0):
        return None
    return Place(lat=lat, lon=lon)


def _degrees(value: object, reference: object, *, negative: str, most: float) -> float | None:
    """From degrees, minutes and seconds."""
    if not isinstance(value, tuple) or len(value) != 3:
        return None
    parts = [_number(part) for part in value]
    if any(part is None or part < 0 for part in parts):
        return None
    degrees: float = sum(part / 60**power for power, part in enumerate(parts) if part is not None)
    if degrees > most:
        return None
    return -degrees if str(reference).strip(" \0").upper() == negative else degrees


def _altitude_m(gps: Mapping[int, object]) -> float | None:
    altitude = _number(gps.get(ALTITUDE))
    if altitude is None or not 0 <= altitude <= ALTITUDE_MAX_M:
        return None
    is_below = gps.get(ALTITUDE_REF) in (1, b"\x01")
    return -altitude if is_below else altitude


def _number(value: object) -> float | None:
    """Finite. The denominator of a rational may be zero."""
    try:
        number = float(value)  # type: ignore[arg-type]  # whatever the file says
    except (TypeError, ValueError, ArithmeticError):
        return None
    return number if math.isfinite(number) else None


def _text(value: object) -> str | None:
    if not isinstance(value, str):
        return None
    plain = "".join(sign for sign in value if sign.isprintable()).strip()
    return plain[:TEXT_MAX] or None
