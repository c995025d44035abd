"""A location of OwnTracks that is read at once gives what it gives when it is read value by value."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.tracking.doors import owntracks
from app.tracking.doors.owntracks import read, read_any
from app.tracking.doors.reports import ReportUnreadable, Unread

pytestmark = pytest.mark.covers("M17", "P-rel-15")

PLAIN = {"_type": "location", "lat": 55.75, "lon": 37.61, "tst": 1_772_442_000}
NUMBERS = st.one_of(
    st.integers(-2, 40_000),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from([0, -1, 100, 360, 2**31 - 1, 2**31, 10**30, True, None, "12", "12.5", "x", [], {}]),
)
WORDS = st.one_of(st.text(max_size=3), st.sampled_from([None, "", "a\0b", "x" * 200, 5, True, ["a"], {}]))
FIELDS = {
    **dict.fromkeys(("tst", "lat", "lon", "acc", "vel", "cog", "alt", "batt", "bs"), NUMBERS),
    **dict.fromkeys(("source", "t", "topic", "mock", "SSID"), WORDS),
    "_type": st.sampled_from(["location", "transition", "lwt", "Location", None, 1]),
    "motionactivities": st.sampled_from([None, [], ["walking"], ["a", "b"], ["a", 1], "walking", {}]),
    "mock": st.sampled_from([None, True, False, "true", 0, 1, "x"]),
}


def read_by(way, body):
    try:
        positions, *rest = way(body)
    except ReportUnreadable as refusal:
        return refusal.params
    return [str(one) if isinstance(one, Unread) else one for one in positions], *rest


@settings(max_examples=50)
@given(st.fixed_dictionaries({}, optional=FIELDS))
def test_both_ways_read_the_same(changes):
    body = json.dumps(PLAIN | changes).encode()

    assert read_by(read, body) == read_by(read_any, body)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{",
        b'{"_type": "location", "lat": NaN, "lon": 1, "tst": 1}',
        b'{"_type": "location", "lat": 1e999, "lon": 1, "tst": 1}',
        b'{"_type": "location", "lat": 1, "lon": 1, "tst": 1, "_type": "lwt"}',
        b'{"_type": "lwt", "lat": 1, "lon": 1, "tst": 1, "_type": "location"}',
        b'{"_type": "location", "lat": 1, "lat": 2, "lon": 1, "tst": 1}',
        b'{"_type": "location", "lat": 1, "lon": 1, "tst": 1, "x": ' + b"[" * 2_000 + b"]" * 2_000 + b"}",
        b'{"_type": "location", "lat": 1, "lon": 1, "tst": 1, "x": "\xff"}',
        b'{"_type": "location", "lat": 1, "lon": 1, "tst": 1} {}',
        json.dumps([PLAIN, PLAIN]).encode(),
    ],
)
def test_what_is_odd_is_read_the_same_by_both_ways(body):
    assert read_by(read, body) == read_by(read_any, body)


def test_what_the_app_itself_writes_is_read_at_once(monkeypatch):
    said = PLAIN | {
        "acc": 12,
        "alt": 154,
        "batt": 56,
        "bs": 1,
        "cog": 90,
        "conn": "m",
        "t": "t",
        "vac": 3,
        "vel": 36,
    }
    monkeypatch.setattr(owntracks, "read_any", None)

    [ping], topics, says = read(json.dumps(said | {"topic": "owntracks/user/phone"}).encode())

    assert (ping.lat, ping.lon, ping.speed_mps, ping.is_charging, ping.trigger) == (
        55.75,
        37.61,
        10,
        False,
        "t",
    )
    assert (topics, says) == (["owntracks/user/phone"], "")
