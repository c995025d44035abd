"""GPS programs that people already have, by the requests that they really send."""

import gzip
import json
from base64 import b64encode
from datetime import UTC, datetime, timedelta

import pytest

from app.core.ids import uuid7
from tests.cast import NOON

OSMAND = "/api/v1/tracking/osmand"
OWNTRACKS = "/api/v1/tracking/owntracks"


EPOCH = int(NOON.timestamp())
PLACE = {"lat": 55.752, "lon": 37.6175}

ADDRESSES = {
    "Traccar Client for Android, up to version 8": (
        f"timestamp={EPOCH}&lat=55.752&lon=37.6175&speed=10.0&bearing=214.5&altitude=151.25&accuracy=4.5&batt=87.0"
        "&charge=true",
        {
            "accuracy_m": 4.5,
            "speed_mps": pytest.approx(5.14444, abs=1e-5),
            "heading_deg": 214.5,
            "altitude_m": 151.25,
            "battery_pct": 87.0,
            "is_charging": True,
        },
    ),
    "with a made-up place": (
        f"timestamp={EPOCH}&lat=55.752&lon=37.6175&speed=0.0&bearing=0.0&altitude=0&accuracy=20&batt=15&mock=true",
        {
            "accuracy_m": 20,
            "speed_mps": 0,
            "heading_deg": 0,
            "altitude_m": 0,
            "battery_pct": 15,
            "is_mock": True,
        },
    ),
    "OsmAnd": (
        f"lat=55.752&lon=37.6175&timestamp={EPOCH}000&hdop=6.0&altitude=224.0&speed=0.0",
        {"altitude_m": 224.0, "speed_mps": 0.0, "accuracy_m": 30.0},
    ),
    "dilution beside the accuracy": (
        f"timestamp={EPOCH}&lat=55.752&lon=37.6175&accuracy=12&hdop=1.2",
        {"accuracy_m": 12},
    ),
    "dilution that cannot be": (f"timestamp={EPOCH}&lat=55.752&lon=37.6175&hdop=-1", {}),
    "time as ISO 8601": ("lat=55.752&lon=37.6175&timestamp=2026-03-02T09%3A00%3A00Z", {}),
    "time with an offset whose plus became a space": (
        "lat=55.752&lon=37.6175&timestamp=2026-03-02T12:00:00+03:00",
        {},
    ),
    "time as people write it": ("lat=55.752&lon=37.6175&timestamp=2026-03-02+09%3A00%3A00", {}),
    "no time": ("lat=55.752&lon=37.6175", {}),
    "a location": (f"timestamp={EPOCH}&location=55.752,37.6175", {}),
    "what nobody asked for": (
        f"timestamp={EPOCH}&lat=55.752&lon=37.6175&heading=7&ignition=true&rpm=933&cell=257,02,16,2224"
        "&wifi=00-14-22-01-23-45,-80&driverUniqueId=77&vacc=0&alarm=sos",
        {"heading_deg": 7, "trigger": "sos"},
    ),
    "what is not known": (
        f"timestamp={EPOCH}&lat=55.752&lon=37.6175&speed=-1&bearing=-1&accuracy=-1&batt=-1&altitude=-12.5",
        {"altitude_m": -12.5},
    ),
}


@pytest.mark.covers("M17")
@pytest.mark.parametrize("program", ADDRESSES)
@pytest.mark.parametrize("way", ["GET", "POST with an address", "POST with a form", "deviceid"])
async def test_parameters_of_osmand_and_traccar_client(anonymous, key, kept, program, way):
    parameters, expected = ADDRESSES[program]
    sent = f"{'deviceid' if way == 'deviceid' else 'id'}={key}&{parameters}"
    form = {"content-type": "application/x-www-form-urlencoded"}

    if way == "POST with a form":
        answer = await anonymous.post(OSMAND, content=sent, headers=form)
    elif way == "POST with an address":
        answer = await anonymous.post(f"{OSMAND}?{sent}")
    else:
        answer = await anonymous.get(f"{OSMAND}?{sent}")

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["ping-verdict"] == "taken"
    assert await kept() == [{"at": NOON, **PLACE, **expected}]


ANDROID_9 = {
    "location": {
        "event": "motionchange",
        "is_moving": False,
        "uuid": "0e9a2473-a9a7-4c00-997b-fb97d2154e75",
        "timestamp": "2026-03-02T08:59:59.862Z",
        "odometer": 0,
        "coords": {
            "latitude": 55.752,
            "longitude": 37.6175,
            "accuracy": 3.8,
            "speed": 18.67,
            "speed_accuracy": 0.26,
            "heading": 63,
            "heading_accuracy": 0.28,
            "altitude": 35.7,
            "altitude_accuracy": 3.8,
        },
        "activity": {"type": "still", "confidence": 100},
        "battery": {"is_charging": True, "level": 0.79},
        "extras": {},
    }
}
IOS_9 = {
    "location": {
        "extras": {},
        "mock": True,
        "coords": {
            "speed_accuracy": -1,
            "speed": -1,
            "longitude": 37.6175,
            "ellipsoidal_altitude": 0,
            "floor": None,
            "heading_accuracy": -1,
            "latitude": 55.752,
            "accuracy": 5,
            "altitude_accuracy": -1,
            "altitude": 0,
            "heading": -1,
        },
        "is_moving": False,
        "age": 188,
        "odometer": 0,
        "uuid": "2FB04C65-99CF-42AB-8DD3-EBCB4B108BF8",
        "event": "motionchange",
        "battery": {"level": -1, "is_charging": False},
        "activity": {"type": "unknown", "confidence": 100},
        "timestamp": "2026-03-02T09:00:00.000Z",
    }
}


@pytest.mark.covers("M17")
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            ANDROID_9,
            {
                "at": NOON - timedelta(milliseconds=138),
                **PLACE,
                "accuracy_m": 3.8,
                "speed_mps": 18.67,
                "heading_deg": 63,
                "altitude_m": 35.7,
                "battery_pct": 79.0,
                "is_charging": True,
                "activity": "still",
                "trigger": "motionchange",
            },
        ),
        (
            IOS_9,
            {
                "at": NOON,
                **PLACE,
                "accuracy_m": 5,
                "altitude_m": 0,
                "is_charging": False,
                "activity": "unknown",
                "is_mock": True,
                "trigger": "motionchange",
            },
        ),
    ],
    ids=["Android", "iOS"],
)
async def test_json_of_traccar_client_9(anonymous, key, kept, body, expected):
    answer = await anonymous.post(OSMAND, json={**body, "device_id": key})

    assert (answer.status_code, answer.content) == (200, b"")
    assert await kept() == [expected]


IOS_OWNTRACKS = {
    "_type": "location",
    "acc": 10,
    "alt": 154,
    "batt": 56,
    "bs": 2,
    "cog": 271,
    "conn": "m",
    "created_at": EPOCH + 4,
    "inregions": ["Склад"],
    "lat": 55.752,
    "lon": 37.6175,
    "m": 2,
    "motionactivities": ["automotive"],
    "p": 100.2,
    "SSID": "okna",
    "t": "t",
    "tid": "PG",
    "topic": "owntracks/pavel/phone",
    "tst": EPOCH,
    "vac": 3,
    "vel": 36,
}
IOS_KEPT = {
    "at": NOON,
    **PLACE,
    "accuracy_m": 10,
    "altitude_m": 154,
    "battery_pct": 56,
    "is_charging": True,
    "heading_deg": 271,
    "speed_mps": pytest.approx(10),
    "activity": "automotive",
    "trigger": "t",
}


def basic(user, password):
    return {"authorization": "Basic " + b64encode(f"{user}:{password}".encode()).decode()}


@pytest.mark.covers("M17")
@pytest.mark.parametrize("place", ["password", "header", "address", "topic"])
async def test_a_location_of_owntracks_wherever_its_key_stands(anonymous, key, kept, place):
    headers = {"X-Limit-U": "pavel", "X-Limit-D": key if place == "header" else "phone"}
    headers |= basic("pavel", key) if place == "password" else {}
    topic = f"owntracks/pavel/{key}" if place == "topic" else "owntracks/pavel/phone"
    address = f"{OWNTRACKS}?u=pavel&d={key}" if place == "address" else OWNTRACKS

    answer = await anonymous.post(address, json={**IOS_OWNTRACKS, "topic": topic}, headers=headers)

    assert (answer.status_code, answer.json()) == (200, [])
    assert answer.headers["content-type"].startswith("application/json")
    assert await kept() == [IOS_KEPT]


async def test_a_short_location_of_owntracks_for_android(anonymous, key, kept):
    body = {"_type": "location", "tid": "pg", "lat": 55.752, "lon": 37.6175, "tst": EPOCH, "vel": -1, "bs": 0}

    await anonymous.post(OWNTRACKS, json=body, headers=basic("u", key))

    assert await kept() == [{"at": NOON, **PLACE}]


async def test_a_transition_is_kept_where_it_happened(anonymous, key, kept):
    body = {
        "_type": "transition",
        "wtst": EPOCH - 999,
        "lat": 55.752,
        "lon": 37.6175,
        "tst": EPOCH,
        "acc": 12,
        "tid": "pg",
        "event": "enter",
        "desc": "Склад",
        "t": "c",
    }

    answer = await anonymous.post(OWNTRACKS, json=body, headers=basic("u", key))

    assert answer.json() == []
    assert await kept() == [{"at": NOON, **PLACE, "accuracy_m": 12, "trigger": "enter"}]


@pytest.mark.parametrize(
    "message",
    [
        {"_type": "transition", "wtst": 1, "tst": EPOCH, "event": "leave", "acc": 1},
        {"_type": "waypoint", "desc": "Склад", "lat": 55.7, "lon": 37.6, "rad": 50, "tst": EPOCH},
        {"_type": "waypoints", "waypoints": []},
        {"_type": "lwt", "tst": EPOCH},
        {"_type": "status", "android": {"hib": 1}},
        {"_type": "card", "name": "Павел", "tid": "pg"},
        {"_type": "cmd", "action": "dump"},
        {"_type": "steps", "tst": EPOCH, "steps": 10, "from": EPOCH, "to": EPOCH},
        {"_type": "configuration", "mode": 3},
        {"_type": "beacon", "tst": EPOCH},
        {"_type": "something new"},
    ],
    ids=lambda message: message["_type"],
)
async def test_what_is_no_position_is_acknowledged(anonymous, key, kept, message):
    answer = await anonymous.post(OWNTRACKS, json=message, headers=basic("u", key))

    assert (answer.status_code, answer.json()) == (200, [])
    assert answer.headers["ping-verdict"] == message["_type"]
    assert await kept() == []


async def test_a_body_of_no_bytes_is_ignored(anonymous, key):
    answer = await anonymous.post(OWNTRACKS, content=b"", headers=basic("u", key))

    assert (answer.status_code, answer.json()) == (200, [])


@pytest.mark.covers("M37")
async def test_an_unknown_key_is_answered_as_the_servers_of_these_programs_answer(anonymous, pavel):
    wrong = "00000-00000-00000-00000"

    answers = [
        await anonymous.get(f"{OSMAND}?id={wrong}&lat=1&lon=1"),
        await anonymous.get(f"{OSMAND}?id=pavel&lat=1&lon=1"),
        await anonymous.get(f"{OSMAND}?lat=1&lon=1"),
        await anonymous.post(OSMAND, json={**ANDROID_9, "device_id": wrong}),
        await anonymous.post(OWNTRACKS, json=IOS_OWNTRACKS, headers=basic("pavel", wrong)),
        await anonymous.post(OWNTRACKS, json=IOS_OWNTRACKS),
    ]

    assert [one.status_code for one in answers] == [400, 400, 400, 404, 401, 401]
    assert answers[-1].headers["www-authenticate"] == 'Basic realm="Brigada"'


def say(client, key, minutes=0):
    at = EPOCH + int(minutes * 60)
    return client.get(f"{OSMAND}?id={key}&lat=55.752&lon=37.6175&timestamp={at}")


@pytest.mark.covers("M37")
async def test_a_revoked_tracker_is_refused_at_once_and_what_it_sent_stays(anonymous, tracker, pavel, kept):
    await say(anonymous, tracker["key"])

    await pavel.post(f"/tracking/trackers/{tracker['tracker']['id']}/revoke")

    assert (await say(anonymous, tracker["key"], 0.01)).status_code == 400
    assert len(await kept()) == 1


@pytest.mark.covers("M37")
async def test_the_tracker_of_somebody_who_was_dismissed_is_refused(anonymous, key, cast, superuser, clock):
    await superuser.execute("UPDATE user_account SET is_active = false WHERE id = $1", cast.pavel.id)

    assert (await say(anonymous, key)).status_code == 400


async def test_two_keys_of_different_trackers_are_nobodys(anonymous, key, cast, kept):
    body = {"worker_id": str(cast.nikolai.id), "name": "Телефон Николая", "kind": "owntracks"}
    other = (await cast.olga.post("/tracking/trackers", body)).json()["key"]

    answer = await anonymous.post(
        f"{OWNTRACKS}?d={other}", json={**IOS_OWNTRACKS, "topic": "x"}, headers=basic("pavel", key)
    )

    assert answer.status_code == 401
    assert await kept() == await kept(cast.nikolai) == []


async def test_a_key_may_be_typed_as_people_type(anonymous, key, kept):
    answer = await say(anonymous, key.upper().replace("-", "").replace("0", "O").replace("1", "I"))

    assert answer.headers["ping-verdict"] == "taken"


@pytest.mark.parametrize(
    ("parameters", "field", "said"),
    [
        ("lat=55.7&lon=181", "", "долгота от −180 до 180"),
        ("lat=nan&lon=37", "lat", "Нужно число"),
        ("lat=x&lon=37", "lat", "Нужно число"),
        ("lat=5_5.7&lon=37", "lat", "Нужно число"),
        ("lat=٥٥&lon=37", "lat", "Нужно число"),
        ("lat=55&lon=1e999", "lon", "Нужно число"),
        ("lat=55.7&lon=37&timestamp=soon", "timestamp", "Нужно время"),
        ("lat=55.7&lon=37&timestamp=1_7", "timestamp", "Нужно время"),
        ("lat=55.7&lon=37&timestamp=99999999999999999999", "timestamp", "Нужно время"),
        ("location=55.7", "location", "Нужно число"),
    ],
)
async def test_a_position_that_cannot_be_is_refused_in_words(anonymous, key, kept, parameters, field, said):
    answer = await anonymous.get(f"{OSMAND}?id={key}&{parameters}")

    assert (answer.status_code, answer.json()["code"]) == (400, "report_unreadable")
    (error,) = answer.json()["errors"]
    assert error["path"] == field
    assert said in error["message"]
    assert answer.json()["title"] == "Сообщение не читается"
    assert await kept() == []


NOT_KNOWN = {
    "accuracy": ["inf", "x", "-1", "1000001", "1_0"],
    "speed": ["abc", "NaN", "-1", "99999"],
    "bearing": ["1000", "-1", "x"],
    "altitude": ["NaN", "1e9", "-30000"],
    "batt": ["150", "x"],
}


@pytest.mark.covers("M17")
@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, all in NOT_KNOWN.items() for value in all]
)
async def test_a_value_that_cannot_be_costs_no_position(anonymous, key, kept, name, value):
    answer = await anonymous.get(f"{OSMAND}?id={key}&lat=55.752&lon=37.6175&timestamp={EPOCH}&{name}={value}")

    assert (answer.status_code, answer.content) == (200, b"")
    assert await kept() == [{"at": NOON, **PLACE}]


def of_traccar(**coords):
    return {
        "timestamp": "2026-03-02T09:00:00Z",
        "coords": {"latitude": 55.752, "longitude": 37.6175, **coords},
    }


@pytest.mark.covers("M17")
@pytest.mark.parametrize(
    "coords", [{"speed": float("nan")}, {"altitude": float("inf")}, {"accuracy": "x"}, {"heading": 1000}]
)
async def test_a_value_of_json_that_cannot_be_costs_no_position(anonymous, key, kept, coords):
    location = {**of_traccar(**coords), "battery": 3, "activity": []}

    answer = await anonymous.post(
        OSMAND, content=json.dumps({"device_id": key, "location": location}), headers=JSON
    )

    assert (answer.status_code, answer.content) == (200, b"")
    assert await kept() == [{"at": NOON, **PLACE}]


JSON = {"content-type": "application/json"}


@pytest.mark.covers("M17")
@pytest.mark.parametrize(
    ("wrong", "verdict"),
    [
        (of_traccar(longitude=181), "place_invalid"),
        (of_traccar(longitude=float("inf")), "unreadable:longitude"),
        (of_traccar(latitude=None), "unreadable:latitude"),
        ({"coords": {"latitude": 55, "longitude": 37}}, "unreadable:timestamp"),
        ({"coords": []}, "unreadable:coords"),
        (7, "unreadable:location"),
    ],
)
async def test_a_wrong_position_among_good_ones_is_refused_alone(anonymous, key, kept, wrong, verdict):
    body = json.dumps({"device_id": key, "location": [of_traccar(), wrong, of_traccar(speed=3)]})

    answer = await anonymous.post(OSMAND, content=body, headers=JSON)

    assert (answer.status_code, answer.text) == (200, f"taken,{verdict},taken")
    assert answer.headers["ping-verdict"] == answer.text
    assert [one.get("speed_mps", 0) for one in await kept()] in ([0, 3], [3, 0])


@pytest.mark.covers("M17")
async def test_a_wrong_message_of_owntracks_among_good_ones_is_refused_alone(anonymous, key, kept):
    good = {"_type": "location", "lat": 55.752, "lon": 37.6175, "tst": EPOCH}
    wrong = [{**good, "lon": 181}, {**good, "lat": "x"}, {"_type": 1}, 7]

    answer = await anonymous.post(OWNTRACKS, json=[*wrong, {"_type": "lwt"}, good], headers=basic("u", key))

    assert (answer.status_code, answer.json()) == (200, [])
    assert answer.headers["ping-verdict"] == "place_invalid,unreadable:lat,unreadable:_type,unreadable,taken"
    assert await kept() == [{"at": NOON, **PLACE}]


async def test_of_many_positions_the_answer_counts_the_verdicts(anonymous, key):
    body = json.dumps({"device_id": key, "location": [of_traccar()] * 60 + [of_traccar(longitude=181)]})

    answer = await anonymous.post(OSMAND, content=body, headers=JSON)

    assert answer.text == "taken=1,duplicate=59,place_invalid=1"


async def test_the_type_of_an_answer_names_its_charset_once(anonymous, key):
    by_json = {"device_id": key, "location": of_traccar()}
    answers = [
        await say(anonymous, key),
        await say(anonymous, key, -61),
        await anonymous.post(OSMAND, json=by_json),
    ]

    assert {one.headers["content-type"] for one in answers} == {"text/plain; charset=utf-8"}


@pytest.mark.parametrize("body", [b"{", b"\xff", b"[1]", b"null", b'{"_type": 1}', b'{"_type": "location"}'])
async def test_half_a_message_of_owntracks_is_refused(anonymous, key, body):
    answer = await anonymous.post(OWNTRACKS, content=body, headers=basic("u", key))

    assert (answer.status_code, answer.json()["code"]) == (400, "report_unreadable")


@pytest.mark.parametrize(
    "body",
    [
        {"location": 7},
        {"location": {"coords": {}, "timestamp": "2026-03-02T09:00:00Z"}},
        {"location": {"coords": {"latitude": 55, "longitude": True}, "timestamp": "2026-03-02T09:00:00Z"}},
        {"location": {"coords": {"latitude": 55, "longitude": 37}}},
        {"location": {"coords": [], "battery": 3, "timestamp": "2026-03-02T09:00:00Z"}},
        {"location": [7]},
        [],
    ],
)
async def test_json_of_another_shape_is_refused(anonymous, key, body):
    sent = {**body, "device_id": key} if isinstance(body, dict) else body

    answer = await anonymous.post(OSMAND, json=sent)

    assert (answer.status_code, answer.json()["code"]) == (400, "report_unreadable")


@pytest.mark.covers("M21", "P-rel-15")
async def test_what_may_not_be_kept_is_acknowledged_so_that_the_program_goes_on(anonymous, key, kept):
    answers = {
        "no_consent": await say(anonymous, key, -61),
        "from_future": await say(anonymous, key, 3),
        "too_old": await say(anonymous, key, -60 * 24 * 91),
        "device_clock": await anonymous.get(f"{OSMAND}?id={key}&lat=55&lon=37&timestamp=1"),
        "no_fix": await anonymous.get(f"{OSMAND}?id={key}&lat=0&lon=0&timestamp={EPOCH}"),
        "not_valid": await anonymous.get(f"{OSMAND}?id={key}&lat=55&lon=37&valid=false"),
        "no_position": await anonymous.get(f"{OSMAND}?id={key}&cell=257,02,16,2224"),
    }

    for verdict, answer in answers.items():
        assert (answer.status_code, answer.headers["ping-verdict"], answer.text) == (200, verdict, verdict)
    assert await kept() == []


async def test_the_same_report_twice_is_kept_once(anonymous, key, kept):
    first, second = await say(anonymous, key), await say(anonymous, key)

    assert (first.headers["ping-verdict"], second.headers["ping-verdict"]) == ("taken", "duplicate")
    assert second.content == b""
    assert len(await kept()) == 1


# Trackers


async def test_a_key_is_shown_once_and_only_its_hash_is_kept(tracker, pavel, superuser):
    row = await superuser.fetchrow("SELECT * FROM tracker WHERE id = $1", tracker["tracker"]["id"])
    listed = (await pavel.get("/tracking/trackers")).json()

    assert tracker["osmand_url"] == "https://okna.example/api/v1/tracking/osmand"
    assert tracker["key"] not in str(dict(row))
    assert listed["items"] == [tracker["tracker"]]


async def test_when_a_tracker_was_seen_last_is_right_to_a_minute(anonymous, tracker, pavel, clock):
    for _ in range(4):
        await say(anonymous, tracker["key"], (clock.now() - NOON).total_seconds() / 60)
        clock.advance(seconds=25)

    (listed,) = (await pavel.get("/tracking/trackers")).json()["items"]

    seen = datetime.fromisoformat(listed["last_seen_at"]).astimezone(UTC)
    assert seen == NOON + timedelta(seconds=75)


@pytest.mark.covers("M37")
async def test_a_worker_has_trackers_of_his_own_only_and_the_office_those_of_all(cast, tracker, other_cast):
    for_nikolai = {"worker_id": str(cast.nikolai.id), "name": "x", "kind": "other"}
    his = tracker["tracker"]["id"]

    assert (await cast.pavel.post("/tracking/trackers", for_nikolai)).status_code == 403
    assert (await cast.nikolai.get(f"/tracking/trackers?worker_id={cast.pavel.id}")).status_code == 403
    assert (await cast.nikolai.get("/tracking/trackers")).json()["items"] == []
    assert (await cast.nikolai.post(f"/tracking/trackers/{his}/revoke")).status_code == 404
    assert (await other_cast.olga.post(f"/tracking/trackers/{his}/revoke")).status_code == 404
    assert (await cast.olga.post(f"/tracking/trackers/{uuid7()}/revoke")).status_code == 404
    assert len((await cast.olga.get("/tracking/trackers")).json()["items"]) == 1
    stranger = for_nikolai | {"worker_id": str(other_cast.pavel.id)}
    assert (await cast.olga.post("/tracking/trackers", stranger)).status_code == 404


async def test_bodies_of_programs_may_be_compressed(anonymous, key, kept):
    body = gzip.compress(json.dumps(IOS_OWNTRACKS).encode())

    answer = await anonymous.post(
        OWNTRACKS, content=body, headers={**basic("u", key), "content-encoding": "gzip"}
    )

    assert answer.headers["ping-verdict"] == "taken"
