"""What wrong or hostile programs send to the doors gets a clear answer, and costs nobody else anything."""

import gzip
import json

import pytest

from app.tracking.doors.own import PINGS_MAX, PLAIN_BYTES_MAX
from app.tracking.doors.service import KEYS_SHOWN_MAX
from app.tracking.trackers.book import TrackerBook
from tests.tracking.conftest import a_ping
from tests.tracking.test_clients import (
    EPOCH,
    OSMAND,
    OWNTRACKS,
    basic,
    of_traccar,
)
from tests.tracking.test_pings import stored

pytestmark = pytest.mark.covers("M20")

LOCATION = {"_type": "location", "lat": 55.752, "lon": 37.6175, "tst": EPOCH}
FUTURE, LONG_AGO = 2_000_000_000, 7
JSON = {"content-type": "application/json"}


def bodies(key, positions):
    """The same number of positions for each door that takes several."""
    return {
        "osmand": (OSMAND, json.dumps({"device_id": key, "location": [of_traccar()] * positions}), JSON),
        "owntracks": (OWNTRACKS, json.dumps([LOCATION] * positions), basic("u", key) | JSON),
    }


@pytest.mark.parametrize("door", ["osmand", "owntracks"])
@pytest.mark.parametrize("positions", [PINGS_MAX + 1, 5_000])
async def test_a_report_of_too_many_positions_says_the_limit(anonymous, key, kept, door, positions):
    path, body, headers = bodies(key, positions)[door]

    answer = await anonymous.post(path, content=body, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (413, "batch_too_long")
    assert answer.json()["params"] == {"limit": PINGS_MAX, "count": positions}
    assert await kept() == []


@pytest.mark.parametrize("door", ["osmand", "owntracks"])
@pytest.mark.parametrize("packed", [False, True])
async def test_a_report_of_too_many_bytes_says_the_limit(anonymous, key, kept, door, packed):
    path, body, headers = bodies(key, 1)[door]
    content = body.encode() + b" " * PLAIN_BYTES_MAX
    if packed:
        content, headers = gzip.compress(content), headers | {"content-encoding": "gzip"}

    answer = await anonymous.post(path, content=content, headers=headers)

    assert answer.status_code == 413
    assert answer.json()["code"] == ("batch_too_big" if packed else "too_large")
    assert await kept() == []


@pytest.mark.parametrize(
    "kind", ["Application/JSON", " application/json;charset=utf-8", "APPLICATION/JSON; charset=UTF-8"]
)
async def test_the_kind_of_a_body_may_be_written_in_any_case(anonymous, key, kept, kind):
    body = json.dumps({"device_id": key, "location": of_traccar()})

    answer = await anonymous.post(OSMAND, content=body, headers={"content-type": kind})

    assert (answer.status_code, len(await kept())) == (200, 1)


async def test_a_report_that_tries_many_keys_is_nobodys_and_looks_for_none(anonymous, key, kept, monkeypatch):
    asked = []
    find = TrackerBook.find

    async def find_and_count(book, text, **options):
        asked.append(text)
        return await find(book, text, **options)

    monkeypatch.setattr(TrackerBook, "find", find_and_count)
    topics = [f"owntracks/u/{key[:-2]}{number:02}" for number in range(KEYS_SHOWN_MAX + 1)]

    answer = await anonymous.post(OWNTRACKS, json=[LOCATION | {"topic": one} for one in topics])

    assert (answer.status_code, answer.json()["code"]) == (401, "tracker_not_signed_in")
    assert (asked, await kept()) == ([], [])


@pytest.mark.parametrize(("moment", "verdict"), [(FUTURE, "from_future"), (LONG_AGO, "device_clock")])
async def test_a_time_that_cannot_be_has_the_same_verdict_at_each_door(
    anonymous,
    key,
    cast,
    pavel,
    maker,
    kept,
    moment,
    verdict,
):
    at = f"?id={key}&lat=55.752&lon=37.6175&timestamp={moment}"
    answers = [
        await anonymous.get(OSMAND + at),
        await anonymous.post(
            OSMAND, json={"device_id": key, "location": of_traccar() | {"timestamp": moment}}
        ),
        await anonymous.post(OWNTRACKS, json=LOCATION | {"tst": moment}, headers=basic("u", key)),
    ]
    iso = {FUTURE: "2033-05-18T03:33:20Z", LONG_AGO: "1970-01-01T00:00:07Z"}[moment]
    own = await pavel.post("/tracking/pings", {"pings": [a_ping() | {"at": iso}, a_ping(1)]})

    assert [one.status_code for one in answers] == [200] * 3
    assert {one.headers["ping-verdict"] for one in answers} == {own.json()["verdicts"][0]}
    assert own.json()["verdicts"] == [verdict, "taken"]
    assert len(await stored(cast, maker)) == 1


HEADERS = {
    "authorization": [
        "Basic",
        "Basic \xff",
        "Basic " + "A" * 5_000,
        "Bearer x",
        "Basic OnRlc3Q=, Basic eDp5",
    ],
    "x-limit-d": ["", "\xe9", "a" * 5_000, "../../etc"],
    "content-type": [
        "",
        ";",
        "text/plain",
        "application/json; charset=utf-16",
        "multipart/form-data; boundary=",
    ],
    "content-encoding": ["gzip, gzip", "GZIP ", "br", "\xff"],
    "accept-language": ["\xff", "x" * 5_000, "ru;q=y"],
    "transfer-encoding": ["gzip"],
}


@pytest.mark.parametrize("path", [OSMAND, OWNTRACKS, "/api/v1/tracking/pings"])
@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in HEADERS.items() for value in values]
)
async def test_an_odd_header_is_never_an_error_of_ours(anonymous, key, path, name, value):
    headers = [(name.encode(), value.encode("latin-1"))]

    for body in (b"", b"{", json.dumps(LOCATION).encode()):
        answer = await anonymous.post(path, content=body, headers=headers)
        assert answer.status_code < 500, answer.text
