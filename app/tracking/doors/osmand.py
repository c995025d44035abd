"""The protocol of OsmAnd and of Traccar Client: an address with parameters, a form, or JSON (Traccar Client 9).

Names and units are those of a Traccar server: speed in knots in parameters, in metres per second in JSON; charge in
percent in parameters, from 0 to 1 in JSON. `hdop` stands for the accuracy if that is missing. What no report of ours
uses is not kept: masts and networks (`cell`, `wifi`) would say where somebody is by another way than the consent names.
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
    if truth(said.get("valid", "true")) is not True:
        return Report(keys, [], NOT_VALID)
    positions = read_each([said], lambda one: _ping_of_parameters(one, now=now))
    return Report(keys, positions, "" if positions else NO_POSITION)


def _place(said: Mapping[str, str]) -> tuple[float, float] | None:
    """Latitude and longitude."""
    if said.get("location"):
        lat, _, lon = said["location"].partition(",")
        return number(lat, "location"), number(lon, "location")
    if said.get("lat") and said.get("lon"):
        return number(said["lat"], "lat"), number(said["lon"], "lon")
    return None


def _ping_of_parameters(said: Mapping[str, str], *, now: datetime) -> Ping | None:
    """None: it says nothing of a place."""
    place = _place(said)
    if place is None:
        return None
    given = {name: value for name, value in said.items() if value}
    return Ping(
        moment(given["timestamp"], "timestamp") if "timestamp" in given else now,
        *place,
        accuracy_m=_accuracy_m(given),
        speed_mps=known(given.get("speed"), most=SPEED_MAX_MPS, unit=KNOT_MPS),
        heading_deg=known(given.get("bearing", given.get("heading")), most=HEADING_MAX_DEG),
        altitude_m=known(given.get("altitude"), least=ALTITUDE_MIN_M, most=ALTITUDE_MAX_M),
        battery_pct=known(given.get("batt"), most=100),
        is_charging=truth(given.get("charge")),
        activity=word(given.get("activity")),
        is_mock=truth(given.get("mock")),
        trigger=word(given.get("event") or given.get("alarm")),
    )


def _accuracy_m(said: Mapping[str, str]) -> float | None:
    """As the program says, or else from the dilution of precision. None: it says neither."""
    accuracy_m = known(said.get("accuracy"), most=ACCURACY_MAX_M)
    return known(said.get("hdop"), most=ACCURACY_MAX_M, unit=HDOP_M) if accuracy_m is None else accuracy_m


def read_body(body: bytes) -> Report:
    """Read the JSON of Traccar Client 9. `location` may also be a list.

    Raises:
        ReportUnreadable: no JSON object.
        BatchTooLong: more than 1,000 positions.
    """
    root = read_json(body)
    if not isinstance(root, dict):
        raise ReportUnreadable.because("report_no_object")
    keys = [str(root[name]) for name in DEVICE if name in root]
    said = root.get("location")
    locations = said if isinstance(said, list) else [said]
    check_length(locations)
    positions = read_each(locations, _ping_of_json)
    return Report(keys, positions, "" if positions else NO_POSITION)


def _ping_of_json(location: Any) -> Ping | None:
    """None: it says nothing of a place."""
    if not isinstance(location, dict):
        raise Unread("report_no_object", "location")
    coords = location.get("coords", NOTHING)
    if coords is NOTHING:
        return None
    if not isinstance(coords, dict):
        raise Unread("report_no_object", "coords")
    battery, activity = _part(location, "battery"), _part(location, "activity")
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
        trigger=word(location.get("event") or location.get("alarm")),
    )


def _part(location: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What the position can do without."""
    part = location.get(name)
    return part if isinstance(part, dict) else {}
