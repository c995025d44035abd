"""How the contract describes what GPS programs send. The doors read it by themselves, as leniently as they can."""

from typing import Any

PARAMETERS = {
    "id": "Key of the tracker.",
    "deviceid": "The same.",
    "lat": "Degrees, WGS 84.",
    "lon": "Degrees, WGS 84.",
    "location": "`lat,lon` instead of the two.",
    "timestamp": "Seconds or milliseconds since 1970, or ISO 8601; UTC unless it says otherwise. Default: now.",
    "speed": "Knots.",
    "speed_mps": "Metres per second, if there is no `speed`.",
    "spd": "The same, as GPSLogger calls it.",
    "bearing": "Degrees from north, up to 360.",
    "heading": "The same.",
    "dir": "The same, as GPSLogger calls it.",
    "altitude": "Metres.",
    "alt": "The same, as GPSLogger calls it.",
    "accuracy": "Metres.",
    "acc": "The same, as GPSLogger calls it.",
    "hdop": "Dilution of precision: 5 metres each, if there is no `accuracy`.",
    "batt": "Percent.",
    "charge": "`true` or `false`.",
    "ischarging": "The same, as GPSLogger calls it.",
    "provider": "How the phone found the place: `gps`, `network`, …",
    "prov": "The same, as GPSLogger calls it.",
    "activity": "As the phone calls it.",
    "valid": "`false`: the phone has no position.",
    "mock": "`true`: the place was made up by a program.",
    "event": "Why it was sent.",
    "alarm": "The same.",
}
DEVICE_OF_OWNTRACKS = {"d": "Key of the tracker.", "u": "Not looked at."}


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": required}


NUMBER = {"type": "number"}
WORD = {"type": "string"}
TRUTH = {"type": "boolean"}

FORM = _object([], **{name: WORD | {"description": said} for name, said in PARAMETERS.items()})
LOCATION = _object(
    ["timestamp", "coords"],
    timestamp=WORD | {"format": "date-time"},
    coords=_object(
        ["latitude", "longitude"],
        latitude=NUMBER,
        longitude=NUMBER,
        accuracy=NUMBER | {"description": "Metres. -1, here and below: not known."},
        speed=NUMBER | {"description": "Metres per second."},
        heading=NUMBER | {"description": "Degrees from north."},
        altitude=NUMBER | {"description": "Metres."},
    ),
    battery=_object([], level=NUMBER | {"description": "From 0 to 1."}, is_charging=TRUTH),
    activity=_object([], type=WORD),
    mock=TRUTH,
    event=WORD,
)
TRACCAR_9 = _object(
    ["device_id", "location"],
    device_id=WORD | {"description": "Key of the tracker."},
    location=LOCATION | {"description": "May also be a list of such objects."},
)
TRACCAR_10 = _object(
    ["id"],
    **{name: {"description": said} for name, said in PARAMETERS.items()},
)
TRACCAR_JSON = {"anyOf": [TRACCAR_9, {"type": "array", "items": TRACCAR_10}]}
OWNTRACKS_JSON = _object(
    ["_type"],
    _type=WORD
    | {
        "description": "`location` and `transition` are kept, `encrypted` is refused, others are acknowledged."
    },
    lat=NUMBER,
    lon=NUMBER,
    tst={"type": "integer", "description": "Seconds since 1970."},
    acc=NUMBER | {"description": "Metres."},
    vel=NUMBER | {"description": "Kilometres per hour."},
    cog=NUMBER | {"description": "Degrees from north."},
    alt=NUMBER | {"description": "Metres."},
    batt=NUMBER | {"description": "Percent."},
    bs={"type": "integer", "description": "0: not known, 1: unplugged, 2: charging, 3: full."},
    t=WORD | {"description": "Why it was sent."},
    source=WORD | {"description": "How the phone found the place."},
    topic=WORD | {"description": "Its last part, or the one before `/event` and the like, may be the key."},
)
