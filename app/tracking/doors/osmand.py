"""The protocol of OsmAnd and of Traccar Client: an address with parameters, a form, or JSON (Traccar Client 9).

Names and units are those of a Traccar server: speed in knots in parameters, in metres per second in JSON; charge in
percent in parameters, from 0 to 1 in JSON. What no report of ours uses (cells, networks, other keys) is not kept.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from app.tracking.doors.reports import (
    Report,
    ReportUnreadable,
    moment,
    number,
    number_from,
    share,
    truth,
    word,
)
from app.tracking.pings.values import Ping

KNOT_MPS = 1852 / 3600
DEVICE = ("id", "deviceid", "device_id")
NO_POSITION = "no_position"
NOT_VALID = "not_valid"


def read_parameters(pairs: Sequence[tuple[str, str]], *, now: datetime) -> Report:
    """Read an address or a form. Of a parameter that comes twice, the last counts.

    Raises:
        ReportUnreadable: a value that cannot be read.
    """
    keys = [value for name, value in pairs if name in DEVICE]
    said = dict(pairs)
    at = moment(said["timestamp"]) if said.get("timestamp") else now
    place = _place(said)
    if place is None:
        return Report(keys, [], NO_POSITION)
    if truth(said.get("valid", "true")) is not True:
        return Report(keys, [], NOT_VALID)
    return Report(keys, [_ping_of_parameters(said, at, place)])


def _place(said: Mapping[str, str]) -> tuple[float, float] | None:
    """Latitude and longitude."""
    if said.get("location"):
        lat, _, lon = said["location"].partition(",")
        return number(lat, "location"), number(lon, "location")
    if said.get("lat") and said.get("lon"):
        return number(said["lat"], "lat"), number(said["lon"], "lon")
    return None


def _ping_of_parameters(said: Mapping[str, str], at: datetime, place: tuple[float, float]) -> Ping:
    given = {name: value for name, value in said.items() if value}
    speed = number_from(given.get("speed"), "speed")
    return Ping(
        at,
        *place,
        accuracy_m=number_from(given.get("accuracy"), "accuracy"),
        speed_mps=None if speed is None else speed * KNOT_MPS,
        heading_deg=number_from(given.get("bearing", given.get("heading")), "bearing"),
        altitude_m=number_from(given.get("altitude"), "altitude", least=-20_000),
        battery_pct=share(given.get("batt"), "batt"),
        is_charging=truth(given.get("charge")),
        activity=word(given.get("activity")),
        is_mock=truth(given.get("mock")),
        trigger=word(given.get("event") or given.get("alarm")),
    )


def read_json(body: bytes) -> Report:
    """Read the JSON of Traccar Client 9. `location` may also be a list.

    Raises:
        ReportUnreadable: another shape.
    """
    try:
        root = msgspec.json.decode(body, type=dict[str, Any])
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReportUnreadable(what="JSON") from error
    keys = [str(root[name]) for name in DEVICE if name in root]
    locations = root.get("location")
    if not isinstance(locations, list):
        locations = [locations]
    pings = [ping for one in locations if (ping := _ping_of_json(one)) is not None]
    return Report(keys, pings, "" if pings else NO_POSITION)


def _ping_of_json(location: Any) -> Ping | None:
    """None: it says nothing of a place."""
    if not isinstance(location, dict):
        raise ReportUnreadable(what="location")
    if "coords" not in location:
        return None
    coords, battery, activity = (
        _part(location, "coords"),
        _part(location, "battery"),
        _part(location, "activity"),
    )
    level = number_from(battery.get("level"), "level")
    return Ping(
        moment(location.get("timestamp")),
        number(coords.get("latitude"), "latitude"),
        number(coords.get("longitude"), "longitude"),
        accuracy_m=number_from(coords.get("accuracy"), "accuracy"),
        speed_mps=number_from(coords.get("speed"), "speed"),
        heading_deg=number_from(coords.get("heading"), "heading"),
        altitude_m=number_from(coords.get("altitude"), "altitude", least=-20_000),
        battery_pct=None if level is None else share(round(level * 100, 2), "level"),
        is_charging=truth(battery.get("is_charging")),
        activity=word(activity.get("type")),
        is_mock=truth(location.get("mock")),
        trigger=word(location.get("event") or location.get("alarm")),
    )


def _part(location: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = location.get(name) or {}
    if not isinstance(part, dict):
        raise ReportUnreadable(what=name)
    return part
