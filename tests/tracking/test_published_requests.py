"""Requests of GPS programs, byte by byte as their published sources write them, and what is kept of them."""

import json
from base64 import b64encode
from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from tests.cast import NOON

OSMAND = "/api/v1/tracking/osmand"
OWNTRACKS = "/api/v1/tracking/owntracks"
FORM = {"content-type": "application/x-www-form-urlencoded"}
JSON = {"content-type": "application/json; charset=utf-8"}
PLACE = {"lat": 55.752, "lon": 37.6175}


class Sent(NamedTuple):
    """A request. `KEY`, `SECONDS` and `ISO` stand for the key of the tracker and the time of the position."""

    program: str
    method: str
    address: str
    headers: dict[str, str]
    body: str
    kept: dict[str, Any]


TRACCAR = [
    Sent(
        "Traccar Client for Android up to version 8, whose satellites have no accuracy",
        "POST",
        "?id=KEY&timestamp=SECONDS&lat=55.752&lon=37.6175&speed=19.438440&bearing=271.5&altitude=156.3&accuracy=0.0"
        "&batt=81.0&charge=true&mock=true&alarm=sos",
        FORM,
        "",
        {
            "accuracy_m": 0.0,
            "speed_mps": 10.0,
            "heading_deg": 271.5,
            "altitude_m": 156.3,
            "battery_pct": 81.0,
            "is_charging": True,
            "is_mock": True,
            "trigger": "sos",
        },
    ),
    Sent(
        "Traccar Client for iOS up to version 8, which leaves out what it does not know",
        "POST",
        "?id=KEY&timestamp=SECONDS&lat=55.752000&lon=37.617500&altitude=151.25&accuracy=4.73&batt=64.0",
        {},
        "",
        {"accuracy_m": 4.73, "altitude_m": 151.25, "battery_pct": 64.0},
    ),
    Sent(
        "Traccar Client 9 with its button for help",
        "POST",
        "",
        JSON,
        '{"location":{"timestamp":"ISO","coords":{"latitude":55.752,"longitude":37.6175,"accuracy":12.4,"speed":-1,'
        '"heading":-1,"altitude":148.2},"is_moving":false,"odometer":0,"event":"","battery":{"level":0.57,'
        '"is_charging":false},"activity":{"type":"still"},"extras":{"alarm":"sos"},'
        '"_":"&id=KEY&lat=55.752&lon=37.6175&timestamp=ISO&"},"device_id":"KEY"}',
        {
            "accuracy_m": 12.4,
            "altitude_m": 148.2,
            "battery_pct": 57.0,
            "is_charging": False,
            "activity": "still",
            "trigger": "sos",
        },
    ),
    Sent(
        "Traccar Client 10, a form to an address that has parameters of its own",
        "POST",
        "?from=phone",
        FORM,
        "id=KEY&lat=55.752&lon=37.6175&timestamp=SECONDS&accuracy=8.5&altitude=150.0&speed=19.44&bearing=90.0&batt=80"
        "&charge=false&alarm=sos&battery_health=good&battery_voltage=4102&battery_temp=31.5",
        {
            "accuracy_m": 8.5,
            "speed_mps": 10.0,
            "heading_deg": 90.0,
            "altitude_m": 150.0,
            "battery_pct": 80.0,
            "is_charging": False,
            "trigger": "sos",
        },
    ),
    Sent(
        "the library of Traccar Client 10, a list of positions of which one has no place",
        "POST",
        "",
        JSON,
        '[{"id":"KEY","imei":"49015","lat":55.752,"lon":37.6175,"timestamp":SECONDS,"accuracy":8.5,"altitude":150.0,'
        '"speed":19.44,"bearing":0.0,"batt":80,"charge":true,"battery_health":"good","battery_voltage":4102},'
        '{"id":"KEY","timestamp":SECONDS,"alarm":"sos"}]',
        {
            "accuracy_m": 8.5,
            "speed_mps": 10.0,
            "heading_deg": 0.0,
            "altitude_m": 150.0,
            "battery_pct": 80.0,
            "is_charging": True,
        },
    ),
    Sent(
        "OsmAnd with the address that the tracker gives, in metres and metres per second",
        "GET",
        "TEMPLATE",
        {},
        "",
        {"accuracy_m": 6.5, "altitude_m": 224.0, "speed_mps": 10.0, "heading_deg": 45.5},
    ),
    Sent(
        "GPSLogger with ?id=KEY&%ALL",
        "GET",
        "?id=KEY&lat=55.752&lon=37.6175&sat=9&desc=&alt=151.5&acc=7.25&dir=180.5&prov=gps&spd_kph=36.0&spd=10.0"
        "&timestamp=SECONDS&timeoffset=2026-03-02T12%3A00%3A00.000%2B03%3A00&time=ISO&starttimestamp=1"
        "&date=2026-03-02&batt=77.0&ischarging=true&aid=a1&ser=unknown&act=&filename=20260302&profile=Default+Profile"
        "&hdop=&vdop=&pdop=&dist=0&",
        {},
        "",
        {
            "accuracy_m": 7.25,
            "speed_mps": 10.0,
            "heading_deg": 180.5,
            "altitude_m": 151.5,
            "battery_pct": 77.0,
            "is_charging": True,
            "provider": "gps",
        },
    ),
]
OWN = [
    Sent(
        "OwnTracks for Android",
        "POST",
        "",
        {**JSON, "X-Limit-U": "pavel", "X-Limit-D": "KEY", "User-Agent": "Owntracks-Android/gms/420500000"},
        '{"_type":"location","topic":"owntracks/pavel/KEY","created_at":SECONDS,"_id":"8f0e5a21","source":"fused",'
        '"t":"p","batt":63,"bs":1,"acc":13,"vac":2,"lat":55.752,"lon":37.6175,"alt":154,"vel":36,"cog":271,'
        '"tst":SECONDS,"m":2,"conn":"w","inregions":["Склад"],"BSSID":"00:14:22","SSID":"Окна","tid":"pg"}',
        {
            "accuracy_m": 13,
            "speed_mps": 10.0,
            "heading_deg": 271,
            "altitude_m": 154,
            "battery_pct": 63,
            "is_charging": False,
            "provider": "fused",
            "trigger": "p",
        },
    ),
    Sent(
        "OwnTracks for iOS with a point of interest",
        "POST",
        "",
        {**JSON, "X-Limit-U": "pavel", "X-Limit-D": "phone", "Authorization": "PASSWORD"},
        '{"_type":"location","t":"u","lat":55.752,"lon":37.6175,"tst":SECONDS,"created_at":SECONDS,"acc":5,"alt":150,'
        '"vac":3,"vel":0,"p":100.152,"motionactivities":["stationary"],"conn":"m","ssid":"Окна","bssid":"0:14:22","m":1,'
        '"tid":"PG","batt":100,"bs":3,"inregions":["Склад"],"inrids":["6da9cf"],"poi":"Ворота","tag":"объезд",'
        '"image":"/9j/4AAQ","imagename":"gate.jpg","topic":"owntracks/pavel/phone"}',
        {
            "accuracy_m": 5,
            "speed_mps": 0.0,
            "altitude_m": 150,
            "battery_pct": 100,
            "is_charging": True,
            "activity": "stationary",
            "trigger": "u",
        },
    ),
    Sent(
        "a transition of OwnTracks, with the key in its topic alone",
        "POST",
        "",
        JSON,
        '{"_type":"transition","topic":"owntracks/pavel/KEY/event","_id":"11aa22bb","event":"leave","desc":"Склад",'
        '"tid":"pg","t":"c","tst":SECONDS,"wtst":1700000000,"acc":22,"lon":37.6175,"lat":55.752}',
        {"accuracy_m": 22, "trigger": "leave"},
    ),
    Sent(
        "GPSLogger with a body for OwnTracks",
        "POST",
        "?u=pavel&d=KEY",
        JSON,
        '{"_type":"location","t":"u","acc":"7.25","alt":"151.5","batt":"77.0","bs":"true","lat":"55.752",'
        '"lon":"37.6175","tst":"SECONDS","vel":"36.0"}',
        {
            "accuracy_m": 7.25,
            "speed_mps": 10.0,
            "altitude_m": 151.5,
            "battery_pct": 77.0,
            "is_charging": True,
            "trigger": "u",
        },
    ),
]


def written(text: str, key: str, minute: int) -> str:
    at = NOON + timedelta(minutes=minute)
    values = {
        "KEY": key,
        "SECONDS": str(int(at.timestamp())),
        "ISO": at.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "PASSWORD": "Basic " + b64encode(f"pavel:{key}".encode()).decode(),
    }
    for name, value in values.items():
        text = text.replace(name, value)
    return text


async def answers_of(client, door, requests, tracker):
    """Each request is of another minute."""
    answers = []
    for minute, one in enumerate(requests, start=-50):
        key = tracker["key"]
        address = door + one.address
        if one.address == "TEMPLATE":
            values = (55.752, 37.6175, f"{written('SECONDS', key, minute)}000", 6.5, 224.0, 10.0, 45.5)
            address = tracker["osmand_template"].removeprefix("https://okna.example").format(*values)
        headers = {name: written(value, key, minute) for name, value in one.headers.items()}
        body = written(one.body, key, minute)
        answers.append(
            await client.request(one.method, written(address, key, minute), content=body, headers=headers)
        )
    return answers


def expected_of(requests):
    return [
        {"at": NOON + timedelta(minutes=minute), **PLACE, **one.kept}
        for minute, one in enumerate(requests, start=-50)
    ]


def rounded(kept):
    """A knot is written with two to six digits."""
    return [
        {**one, **({"speed_mps": round(one["speed_mps"], 2)} if "speed_mps" in one else {})} for one in kept
    ]


@pytest.mark.covers("M17", "M20")
async def test_each_request_of_traccar_client_osmand_and_gpslogger_is_kept_field_by_field(
    anonymous, tracker, kept
):
    answers = await answers_of(anonymous, OSMAND, TRACCAR, tracker)

    assert [(one.status_code, one.content) for one in answers] == [(200, b"")] * len(TRACCAR)
    assert rounded(await kept()) == expected_of(TRACCAR)


@pytest.mark.covers("M17", "M20")
async def test_each_request_of_owntracks_is_kept_field_by_field(anonymous, tracker, kept):
    answers = await answers_of(anonymous, OWNTRACKS, OWN, tracker)

    assert [(one.status_code, one.json()) for one in answers] == [(200, [])] * len(OWN)
    assert rounded(await kept()) == expected_of(OWN)


@pytest.mark.covers("M20")
async def test_what_is_encrypted_is_refused_because_an_acknowledgement_would_lose_it(anonymous, key, kept):
    message = {"_type": "encrypted", "_id": "8f0e5a21", "data": "mA9sZ0bJ"}
    headers = {"X-Limit-U": "pavel", "X-Limit-D": key}

    answer = await anonymous.post(OWNTRACKS, json=message, headers=headers)

    assert (answer.status_code, answer.json()["code"]) == (400, "report_unreadable")
    assert "ключ шифрования" in answer.json()["errors"][0]["message"]
    assert await kept() == []


@pytest.mark.covers("M20")
async def test_a_list_of_traccar_client_10_answers_for_each_position(anonymous, key, kept):
    at_s = int(NOON.timestamp())
    good = {"id": key, "lat": 55.752, "lon": 37.6175, "timestamp": at_s}
    sent = [good, {**good, "lon": 181}, 7, {**good, "lat": "x"}, {**good, "lat": 1, "valid": False}, good]

    answer = await anonymous.post(OSMAND, content=json.dumps(sent), headers=JSON)
    refused = [
        await anonymous.post(OSMAND, content=json.dumps(body), headers=JSON)
        for body in ([], [7], [{**good, "id": "00000-00000-00000-00000"}])
    ]

    not_valid = await anonymous.post(OSMAND, json=[{**good, "valid": False}])
    assert answer.text == "taken,place_invalid,unreadable,unreadable:lat,duplicate"
    assert not_valid.headers["ping-verdict"] == "not_valid"
    assert [one.status_code for one in refused] == [400, 400, 404]
    assert await kept() == [{"at": NOON, **PLACE}]
