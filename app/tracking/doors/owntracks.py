"""OwnTracks over HTTP: JSON objects with a `_type`. Positions are kept, all others are acknowledged.

Units are those of its booklet: speed in km/h, `tst` in seconds, charge in percent. Names of networks, regions and
points of interest are not kept.
"""

from base64 import b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
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

KMH_MPS = 1 / 3.6
CHARGING = {"1": False, "2": True, "3": True}
"""`bs`: unplugged, charging, full. 0 is not known."""
ANSWER = b"[]"
"""Nothing for the app: no friends, no commands."""


def read(body: bytes) -> tuple[list[Ping], list[str], str]:
    """The pings, the topics, and what it says if there is no ping. A body of no bytes says nothing.

    Raises:
        ReportUnreadable: it is no JSON object with a `_type`, or a position without place or time.
    """
    if not body.strip():
        return [], [], "nothing"
    try:
        plain = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise ReportUnreadable(what="JSON") from error
    messages = plain if isinstance(plain, list) else [plain]
    if not all(isinstance(one, dict) and isinstance(one.get("_type"), str) for one in messages):
        raise ReportUnreadable(what="_type")
    pings = [ping for one in messages if (ping := _ping(one)) is not None]
    topics = [topic for one in messages if isinstance(topic := one.get("topic"), str)]
    says = "" if pings else ",".join(sorted({one["_type"] for one in messages}))
    return pings, topics, says[:100]


def _ping(message: Mapping[str, Any]) -> Ping | None:
    match message["_type"]:
        case "location":
            return _ping_of(message, trigger=message.get("t"))
        case "transition" if message.get("lat") is not None and message.get("lon") is not None:
            return _ping_of(message, trigger=message.get("event"))
    return None


def _ping_of(message: Mapping[str, Any], *, trigger: Any) -> Ping:
    speed = number_from(message.get("vel"), "vel")
    return Ping(
        moment(message.get("tst")),
        number(message.get("lat"), "lat"),
        number(message.get("lon"), "lon"),
        accuracy_m=number_from(message.get("acc"), "acc"),
        speed_mps=None if speed is None else speed * KMH_MPS,
        heading_deg=number_from(message.get("cog"), "cog"),
        altitude_m=number_from(message.get("alt"), "alt", least=-20_000),
        battery_pct=share(message.get("batt"), "batt"),
        is_charging=CHARGING.get(str(message.get("bs"))),
        activity=_activity(message.get("motionactivities")),
        is_mock=truth(message.get("mock")),
        trigger=word(trigger),
    )


def _activity(found: Any) -> str | None:
    return word(",".join(one for one in found if isinstance(one, str))) if isinstance(found, list) else None


def keys_of(headers: Mapping[str, str], query: Mapping[str, str], topics: list[str]) -> list[str]:
    """Where the key may stand: the password, then the device in the address, its header or the topic."""
    devices = [query.get("d"), headers.get("x-limit-d"), *(topic.rpartition("/")[2] for topic in topics)]
    return [one for one in (_password(headers.get("authorization", "")), *devices) if one]


def _password(authorization: str) -> str | None:
    kind, _, coded = authorization.partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        return b64decode(coded.strip(), validate=True).decode().partition(":")[2]
    except (NotBase64, UnicodeDecodeError):
        return None


def report_of(body: bytes, headers: Mapping[str, str], query: Mapping[str, str]) -> Report:
    """One request.

    Raises:
        ReportUnreadable: see `read`.
    """
    pings, topics, says = read(body)
    return Report(keys_of(headers, query, topics), pings, says)
