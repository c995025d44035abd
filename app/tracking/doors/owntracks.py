"""OwnTracks over HTTP: JSON objects with a `_type`. Positions are kept, all others are acknowledged.

Units are those of its booklet: speed in km/h, `tst` in seconds, charge in percent. Regions and points of interest are
not kept, nor names of networks (`SSID`, `BSSID`): they would say where somebody is by a way that no consent names.
What is encrypted is refused: nobody here can read it, and to acknowledge it would lose it without a word.
"""

from base64 import b64decode
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

import msgspec

from app.tracking.doors.own import check_length
from app.tracking.doors.reports import (
    MS_SINCE,
    Report,
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

KMH_MPS = 1 / 3.6
CHARGING = {1: False, 2: True, 3: True}
"""`bs`: unplugged, charging, full. 0 is not known."""
PARTS_OF_DEVICE = frozenset(
    {"beacon", "cmd", "dump", "event", "info", "status", "step", "waypoint", "waypoints"}
)
"""What apps write behind the device in the topic of other messages than locations."""
ANSWER = b"[]"
"""Nothing for the app: no friends, no commands."""


class Location(msgspec.Struct):
    """A location as the app itself writes it. It is read at once, which takes a fraction of the time. What has other
    types or values is read value by value, and gives the same where both can read it."""

    kind: Literal["location"] = msgspec.field(name="_type")
    tst: Annotated[int, msgspec.Meta(ge=0, lt=MS_SINCE)]
    lat: float
    lon: float
    acc: Annotated[float, msgspec.Meta(ge=0, le=ACCURACY_MAX_M)] | None = None
    vel: Annotated[float, msgspec.Meta(ge=0, le=SPEED_MAX_MPS)] | None = None
    """In km/h: faster ones are read value by value."""
    cog: Annotated[float, msgspec.Meta(ge=0, le=HEADING_MAX_DEG)] | None = None
    alt: Annotated[float, msgspec.Meta(ge=ALTITUDE_MIN_M, le=ALTITUDE_MAX_M)] | None = None
    batt: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    bs: Literal[1, 2, 3] | None = None
    source: str | None = None
    motionactivities: list[str] | None = None
    mock: bool | None = None
    t: str | None = None
    topic: str | None = None

    def ping(self) -> Ping:
        return Ping(
            datetime.fromtimestamp(self.tst, UTC),
            self.lat,
            self.lon,
            self.acc,
            None if self.vel is None else self.vel * KMH_MPS,
            self.cog,
            self.alt,
            self.batt,
            None if self.bs is None else CHARGING[self.bs],
            word(self.source),
            _activity(self.motionactivities),
            self.mock,
            word(self.t),
        )


LOCATION = msgspec.json.Decoder(Location)


def read(body: bytes) -> tuple[list[Ping | Unread], list[str], str]:
    """The positions, the topics, and what it says if there is no position. A body of no bytes says nothing.

    Raises:
        ReportUnreadable: it is no JSON.
        BatchTooLong: more than 1,000 messages.
    """
    try:
        plain = LOCATION.decode(body.decode())  # what is passed over must be text, too
    except (ValueError, RecursionError):
        return read_any(body)
    return [plain.ping()], [] if plain.topic is None else [plain.topic], ""


def read_any(body: bytes) -> tuple[list[Ping | Unread], list[str], str]:
    """As `read`, for whatever programs send."""
    if not body.strip():
        return [], [], "nothing"
    plain = read_json(body)
    messages = plain if isinstance(plain, list) else [plain]
    check_length(messages)
    positions = read_each(messages, _ping)
    topics = [
        topic for one in messages if isinstance(one, dict) and isinstance(topic := one.get("topic"), str)
    ]
    says = "" if positions else ",".join(sorted({one["_type"] for one in messages})) or "nothing"
    return positions, topics, _as_header(says)


def _as_header(said: str) -> str:
    return "".join(sign for sign in said if sign.isascii() and sign.isprintable())[:100]


def _ping(message: Any) -> Ping | None:
    if not isinstance(message, dict):
        raise Unread("report_no_object")
    match message.get("_type"):
        case "location":
            return _ping_of(message, trigger=message.get("t"))
        case "transition" if message.get("lat") is not None and message.get("lon") is not None:
            return _ping_of(message, trigger=message.get("event"))
        case "encrypted":
            raise Unread("report_encrypted")
        case str():
            return None
    raise Unread("report_no_type", "_type")


def _ping_of(message: Mapping[str, Any], *, trigger: Any) -> Ping:
    return Ping(
        moment(message.get("tst"), "tst"),
        number(message.get("lat"), "lat"),
        number(message.get("lon"), "lon"),
        accuracy_m=known(message.get("acc"), most=ACCURACY_MAX_M),
        speed_mps=known(message.get("vel"), most=SPEED_MAX_MPS, unit=KMH_MPS),
        heading_deg=known(message.get("cog"), most=HEADING_MAX_DEG),
        altitude_m=known(message.get("alt"), least=ALTITUDE_MIN_M, most=ALTITUDE_MAX_M),
        battery_pct=known(message.get("batt"), most=100),
        is_charging=_is_charging(message.get("bs")),
        provider=word(message.get("source")),
        activity=_activity(message.get("motionactivities")),
        is_mock=truth(message.get("mock")),
        trigger=word(trigger),
    )


def _is_charging(said: Any) -> bool | None:
    """GPSLogger can write no numbers here, so it says true or false."""
    state = known(said, most=max(CHARGING))
    return truth(said) if state is None else CHARGING.get(round(state))


def _activity(found: Any) -> str | None:
    return word(",".join(one for one in found if isinstance(one, str))) if isinstance(found, list) else None


KEYS_IN = ("authorization", "x-limit-d")
"""Headers in which a key may stand."""


def keys_of(headers: Mapping[str, str], query: Mapping[str, str], topics: list[str]) -> list[str]:
    """Where the key may stand: the password, then the device in the address, its header or the topic."""
    authorization, device = (headers.get(name) for name in KEYS_IN)
    devices = [query.get("d"), device, *map(_device_of, topics)]
    return [one for one in (_password(authorization or ""), *devices) if one]


def _device_of(topic: str) -> str:
    """`owntracks/user/device`, behind which other messages than locations have one part more."""
    before, _, last = topic.rpartition("/")
    return before.rpartition("/")[2] if last in PARTS_OF_DEVICE else last


def _password(authorization: str) -> str | None:
    kind, _, coded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        return b64decode(coded.strip(), validate=True).decode().partition(":")[2]
    except ValueError:  # it is no base64, or no text
        return None


def report_of(body: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> Report:
    """One request.

    Raises:
        ReportUnreadable, BatchTooLong: see `read`.
    """
    positions, topics, says = read(body)
    return Report(keys_of(headers, query, topics), positions, says)
