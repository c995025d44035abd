"""The protocol of OsmAnd and of Traccar Client: an address with parameters, a form, or JSON (Traccar Client 9 and 10).

Names and units are those of a Traccar server: speed in knots in parameters, in metres per second in the JSON of
version 9; charge in percent in parameters, from 0 to 1 in that JSON. Version 10 sends a list of objects with the names
and units of parameters. `speed_mps` is ours, for OsmAnd; `acc`, `alt`, `dir`, `spd`, `prov` and `ischarging` are those
of GPSLogger, whose `spd` is in metres per second. `hdop` stands for the accuracy if that is missing. What no report of
ours uses is not kept: masts and networks (`cell`, `wifi`) would say where somebody is by another way than the consent
names.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from app.tracking.doors.own import check_length
from app.tracking.doors.reports import (
    Report,
    ReportUnreadable,
    Unread,
    known,
    moment,
    number,
    read_each,
    read_json,
    truth,
    word,
)
from app.tracking.pings.values import (
    ACCURACY_MAX_M,
    ALTITUDE_MAX_M,
    ALTITUDE_MIN_M,
    HEADING_MAX_DEG,
    SPEED_MAX_MPS,
    Ping,
)

KNOT_MPS = 1852 / 3600
SPEEDS = (("speed", KNOT_MPS), ("speed_mps", 1.0), ("spd", 1.0))
"""Names of the speed with their units. The first one counts."""
HDOP_M = 5
"""By so much satellites alone are off as a rule (GPS.gov: 4.9 m); a dilution of 2 doubles it. For programs that write
metres there it is a cautious number."""
DEVICE = ("id", "deviceid", "device_id")
NO_POSITION = "no_position"
NOT_VALID = "not_valid"
NOTHING = object()


def read_parameters(pairs: Sequence[tuple[str, str]], *, now: datetime) -> Report:
    """Read an address or a form. Of a parameter that comes twice, the last counts."""
    keys = [value for name, value in pairs if name in DEVICE]
    said = dict(pairs)
    positions = read_each([said], lambda one: _ping_of_parameters(one, now=now))
    return Report(keys, positions, _says_instead([said], positions))


def _says_instead(messages: Sequence[Any], positions: Sequence[Ping | Unread]) -> str:
    """What is said where there is no position."""
    if positions:
        return ""
    return NO_POSITION if all(map(_is_valid, messages)) else NOT_VALID


def _is_valid(said: Mapping[str, Any]) -> bool:
    """Whether the program itself trusts the position. One that does not say so does."""
    valid = said.get("valid")
    return valid is None or truth(valid) is True


def _ping_of_parameters(said: Mapping[str, Any], *, now: datetime) -> Ping | None:
    """None: it says nothing of a place, or that the place is not valid."""
    if not _is_valid(said):
        return None
    given = {name: value for name, value in said.items() if value not in ("", None)}
    place = _place(given)
    if place is None:
        return None
    return Ping(
        moment(given["timestamp"], "timestamp") if "timestamp" in given else now,
        *place,
        accuracy_m=_accuracy_m(given),
        speed_mps=_speed_mps(given),
        heading_deg=known(_first(given, "bearing", "heading", "dir"), most=HEADING_MAX_DEG),
        altitude_m=known(_first(given, "altitude", "alt"), least=ALTITUDE_MIN_M, most=ALTITUDE_MAX_M),
        battery_pct=known(given.get("batt"), most=100),
        is_charging=truth(_first(given, "charge", "ischarging")),
        provider=word(_first(given, "provider", "prov")),
        activity=word(given.get("activity")),
        is_mock=truth(given.get("mock")),
        trigger=word(_first(given, "event", "alarm")),
    )


def _place(given: Mapping[str, Any]) -> tuple[float, float] | None:
    """Latitude and longitude."""
    if "location" in given:
        lat, _, lon = str(given["location"]).partition(",")
        return number(lat, "location"), number(lon, "location")
    if "lat" in given and "lon" in given:
        return number(given["lat"], "lat"), number(given["lon"], "lon")
    return None


def _first(given: Mapping[str, Any], *names: str) -> Any:
    """The value of the first of these names that it has."""
    return next((given[name] for name in names if name in given), None)


def _speed_mps(given: Mapping[str, Any]) -> float | None:
    speeds = (known(given.get(name), most=SPEED_MAX_MPS, unit=unit) for name, unit in SPEEDS)
    return next((speed for speed in speeds if speed is not None), None)


def _accuracy_m(given: Mapping[str, Any]) -> float | None:
    """As the program says, or else from the dilution of precision. None: it says neither."""
    accuracy_m = known(_first(given, "accuracy", "acc"), most=ACCURACY_MAX_M)
    return known(given.get("hdop"), most=ACCURACY_MAX_M, unit=HDOP_M) if accuracy_m is None else accuracy_m


def read_body(body: bytes, *, now: datetime) -> Report:
    """Read the JSON of Traccar Client. In that of version 9 `location` may also be a list.

    Raises:
        ReportUnreadable: no JSON object, and no list with one.
        BatchTooLong: more than 1,000 positions.
    """
    root = read_json(body)
    messages = root if isinstance(root, list) else [root]
    objects = [one for one in messages if isinstance(one, dict)]
    if not objects:
        raise ReportUnreadable.because("report_no_object")
    check_length(messages)
    keys = [str(one[name]) for one in objects for name in DEVICE if name in one]
    positions = [ping for one in messages for ping in _read_message(one, now=now)]
    check_length(positions)
    return Report(keys, positions, _says_instead(objects, positions))


def _read_message(message: Any, *, now: datetime) -> list[Ping | Unread]:
    """Version 9 has `location`, version 10 the names of parameters."""
    if not isinstance(message, dict):
        return [Unread("report_no_object")]
    said = message.get("location", "")
    if isinstance(said, str):
        return read_each([message], lambda one: _ping_of_parameters(one, now=now))
    return read_each(said if isinstance(said, list) else [said], _ping_of_json)


def _ping_of_json(location: Any) -> Ping | None:
    """None: it says nothing of a place."""
    if not isinstance(location, dict):
        raise Unread("report_no_object", "location")
    coords = location.get("coords", NOTHING)
    if coords is NOTHING:
        return None
    if not isinstance(coords, dict):
        raise Unread("report_no_object", "coords")
    battery, activity, extras = (_part(location, name) for name in ("battery", "activity", "extras"))
    level = known(battery.get("level"), most=100, unit=100)
    return Ping(
        moment(location.get("timestamp"), "timestamp"),
        number(coords.get("latitude"), "latitude"),
        number(coords.get("longitude"), "longitude"),
        accuracy_m=known(coords.get("accuracy"), most=ACCURACY_MAX_M),
        speed_mps=known(coords.get("speed"), most=SPEED_MAX_MPS),
        heading_deg=known(coords.get("heading"), most=HEADING_MAX_DEG),
        altitude_m=known(coords.get("altitude"), least=ALTITUDE_MIN_M, most=ALTITUDE_MAX_M),
        battery_pct=None if level is None else round(level, 2),
        is_charging=truth(battery.get("is_charging")),
        activity=word(activity.get("type")),
        is_mock=truth(location.get("mock")),
        trigger=word(location.get("event") or location.get("alarm") or extras.get("alarm")),
    )


def _part(location: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What the position can do without."""
    part = location.get(name)
    return part if isinstance(part, dict) else {}
