"""Positions of phones: each is taken once, stays as it was sent, and has its own verdict."""

import asyncio
import gzip
import json
from datetime import timedelta
from random import Random

import pytest

from app.db.session import transaction
from app.tracking.pings.queries import find_pings
from tests.cast import NOON
from tests.tracking.conftest import KREMLIN, a_ping, consent


async def stored(cast, maker, person=None):
    async with transaction(maker, cast.company_id) as session:
        return await find_pings(
            session,
            cast.company_id,
            (person or cast.pavel).id,
            NOON - timedelta(days=100),
            NOON + timedelta(days=5),
        )


async def send(person, *pings, **batch):
    answer = await person.post("/tracking/pings", {"pings": list(pings), **batch})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.covers("M17")
async def test_a_ping_is_kept_as_it_was_sent(cast, pavel, maker):
    answer = await send(pavel, a_ping())

    (kept,) = await stored(cast, maker)
    assert answer == {"taken": 1, "duplicates": 0, "verdicts": ["taken"], "refused": []}
    assert kept._asdict() | {"content": 0} == {
        "at": NOON,
        "device_id": pavel.id,
        "content": 0,
        "received_at": NOON,
        "clock_offset_s": 0,
        "seq": 17,
        **KREMLIN,
        "accuracy_m": 8.0,
        "speed_mps": 1.5,
        "heading_deg": 90.0,
        "altitude_m": 150.0,
        "battery_pct": 71.0,
        "is_charging": False,
        "provider": "gps",
        "activity": "walking",
        "is_mock": False,
        "trigger": "time",
    }


@pytest.mark.covers("P-rel-15")
async def test_the_same_batch_a_thousand_times_adds_nothing(cast, pavel, maker):
    batch = [a_ping(-minutes) for minutes in range(10)]
    await send(pavel, *batch)
    before = await stored(cast, maker)

    answers = await asyncio.gather(*[send(pavel, *batch) for _ in range(1000)])

    assert {(one["taken"], one["duplicates"]) for one in answers} == {(0, 10)}
    assert await stored(cast, maker) == before


@pytest.mark.covers("P-rel-15")
async def test_order_and_batching_do_not_matter(cast, pavel, maker):
    pings = [a_ping(-minutes / 10, seq=minutes) for minutes in range(200)]
    random = Random(7)
    sent = pings + random.sample(pings, 100)
    random.shuffle(sent)

    await asyncio.gather(*[send(pavel, *sent[at : at + 7]) for at in range(0, len(sent), 7)])

    assert [one.seq for one in await stored(cast, maker)] == list(range(199, -1, -1))


async def test_of_two_that_are_the_same_in_a_batch_one_is_taken(pavel):
    answer = await send(pavel, a_ping(), a_ping())

    assert answer["verdicts"] == ["taken", "duplicate"]


async def test_two_pings_of_one_moment_that_say_different_things_are_both_kept(cast, pavel, maker):
    answer = await send(pavel, a_ping(), a_ping(accuracy_m=30.0))

    assert answer["taken"] == 2
    assert {one.accuracy_m for one in await stored(cast, maker)} == {8.0, 30.0}


WRONG = {
    "place_invalid": [a_ping(lon=181), a_ping(lat=-90.5)],
    "no_fix": [a_ping(lat=0, lon=0)],
    "device_clock": [
        a_ping(at="1970-01-01T00:00:00Z"),
        a_ping(at="2019-12-31T23:59:59Z"),
        a_ping(at="0001-01-01T00:00:00+14:00"),
    ],
    "from_future": [a_ping(2.5), a_ping(at="2036-03-02T09:00:00Z"), a_ping(at="9999-12-31T23:59:59-14:00")],
    "too_old": [a_ping(-60 * 24 * 91)],
    "unreadable": [
        a_ping(lat="55.7"),
        a_ping(accuracy_m=-1),
        a_ping(at="yesterday"),
        a_ping(colour="red"),
        a_ping(trigger="a\0b"),
        a_ping(trigger="x" * 101),
        {"lat": 1.0},
        "a word",
        None,
    ],
    "no_consent": [a_ping(-90)],
    "off_shift": [a_ping(60 * -15)],
}


@pytest.mark.covers("M17", "P-rel-15")
async def test_a_wrong_ping_gets_its_own_answer_and_the_others_are_kept(cast, maker):
    await consent(cast.pavel, occurred_at=(NOON - timedelta(minutes=61)).isoformat())
    wrong = [(code, one) for code, some in WRONG.items() for one in some if code != "off_shift"]
    batch = [a_ping(-30), *(one for _, one in wrong), a_ping(-31)]

    answer = await send(cast.pavel, *batch)

    assert answer["verdicts"][1:-1] == [code for code, _ in wrong]
    assert answer["verdicts"][0] == answer["verdicts"][-1] == "taken"
    assert [one["index"] for one in answer["refused"]] == list(range(1, len(batch) - 1))
    assert all(one["message"] for one in answer["refused"])
    assert len(await stored(cast, maker)) == 2


async def test_a_refusal_says_why_in_the_language_that_was_asked_for(pavel):
    body = {"pings": [a_ping(lon=181), a_ping(colour="red")]}

    ru = (await pavel.post("/tracking/pings", body, accept_language="ru")).json()["refused"]
    en = (await pavel.post("/tracking/pings", body, accept_language="en")).json()["refused"]

    assert ru[0]["message"].startswith("Таких координат нет")
    assert [one["message"] for one in en] == [
        "There is no such place: latitude is from −90 to 90, longitude from −180 to 180",
        en[1]["message"],
    ]
    assert en[1]["message"].startswith("colour: ")


async def test_not_a_number_refuses_its_ping_and_no_other(cast, pavel, maker):
    body = json.dumps({"pings": [a_ping(-1), a_ping(lat=float("nan")), a_ping(speed_mps=float("inf"))]})

    answer = (await pavel.post("/tracking/pings", body.encode())).json()

    assert answer["verdicts"] == ["taken", "place_invalid", "unreadable"]
    assert len(await stored(cast, maker)) == 1


async def test_a_text_that_is_no_text_refuses_its_ping_and_no_other(pavel):
    """Half a surrogate pair is JSON to some programs and nothing to PostgreSQL."""
    body = json.dumps({"pings": [a_ping(-1), a_ping(trigger="\ud800"), a_ping(-2)]})

    answer = (await pavel.post("/tracking/pings", body.encode())).json()

    assert answer["verdicts"] == ["taken", "unreadable", "taken"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"pings": {}}', b'{"pings": [', b"\xff"])
async def test_half_a_batch_is_refused_whole_and_nothing_of_it_is_kept(cast, pavel, maker, body):
    answer = await pavel.post("/tracking/pings", body)

    assert (answer.status_code, answer.json()["code"]) == (400, "request_invalid")
    assert await stored(cast, maker) == []


async def test_an_empty_batch_is_taken(pavel):
    assert await send(pavel) == {"taken": 0, "duplicates": 0, "verdicts": [], "refused": []}


@pytest.mark.parametrize("count", [1_001, 5_000])
async def test_a_batch_that_is_too_long_says_the_limit(cast, pavel, maker, count):
    answer = await pavel.post("/tracking/pings", {"pings": [a_ping(-1)] * count})

    assert (answer.status_code, answer.json()["code"]) == (413, "batch_too_long")
    assert answer.json()["params"] == {"limit": 1000, "count": count}
    assert await stored(cast, maker) == []


async def test_a_batch_of_a_hundred_thousand_says_the_limit(cast, pavel, maker):
    body = gzip.compress(json.dumps({"pings": [{"at": NOON.isoformat(), **KREMLIN}] * 100_000}).encode())

    answer = await pavel.post("/tracking/pings", body, content_encoding="gzip")

    assert answer.status_code == 413
    assert "limit" in answer.json()["params"]
    assert await stored(cast, maker) == []


async def test_gzip_is_read(cast, pavel, maker):
    body = gzip.compress(json.dumps({"pings": [a_ping()]}).encode())

    answer = await pavel.post("/tracking/pings", body, content_encoding="gzip")

    assert answer.json()["verdicts"] == ["taken"]
    assert len(await stored(cast, maker)) == 1


async def test_a_gzip_bomb_is_not_unpacked(pavel):
    bomb = gzip.compress(b" " * 50_000_000)

    answer = await pavel.post("/tracking/pings", bomb, content_encoding="gzip")

    assert len(bomb) < 100_000
    assert (answer.status_code, answer.json()["code"]) == (413, "batch_too_big")
    assert answer.json()["params"] == {"limit": 2_000_000}


@pytest.mark.parametrize(
    "body", [b"no gzip", gzip.compress(b'{"pings": []}', mtime=0)[:-5]], ids=["none", "cut"]
)
async def test_what_is_no_whole_gzip_is_refused(pavel, body):
    answer = await pavel.post("/tracking/pings", body, content_encoding="gzip")

    assert (answer.status_code, answer.json()["code"]) == (400, "not_gzip")


async def test_gzip_of_several_members_is_read(cast, pavel, maker):
    plain = json.dumps({"pings": [a_ping()]}).encode()

    answer = await pavel.post(
        "/tracking/pings", gzip.compress(plain[:20]) + gzip.compress(plain[20:]), content_encoding="gzip"
    )

    assert answer.json()["taken"] == 1


async def test_another_packing_than_gzip_is_refused_by_its_name(pavel):
    answer = await pavel.post("/tracking/pings", b"...", content_encoding="br")

    assert (answer.status_code, answer.json()["code"]) == (415, "encoding_not_supported")
    assert "«br»" in answer.json()["title"]


async def test_a_plain_body_that_is_too_big_says_the_limit(pavel):
    answer = await pavel.post("/tracking/pings", b" " * 2_000_001)

    assert answer.status_code == 413
    assert answer.json()["params"] == {"limit_bytes": 2_000_000}
    assert "2000000 байт" in answer.json()["detail"]


@pytest.mark.parametrize("number", ["1e999", "-1e999", "NaN", "1" + "0" * 400])
async def test_a_number_that_is_too_large_refuses_its_ping_and_no_other(pavel, number):
    bad = json.dumps(a_ping()).replace(json.dumps(a_ping()["lat"]), number, 1)
    body = f'{{"pings": [{bad}, {json.dumps(a_ping())}]}}'.encode()

    answer = await pavel.post("/tracking/pings", body)

    assert answer.status_code == 200, answer.text
    assert answer.json()["verdicts"][1] == "taken"
    assert answer.json()["refused"][0]["index"] == 0


async def test_a_partition_that_does_not_exist_is_made_and_nothing_is_lost(cast, pavel, maker, superuser):
    await send(pavel, a_ping(-1))
    await superuser.execute("DROP TABLE ping_day.d20260302")

    answer = await send(pavel, a_ping(-1), a_ping(-2))

    assert answer["verdicts"] == ["taken", "taken"]
    assert len(await stored(cast, maker)) == 2


@pytest.mark.covers("M20")
@pytest.mark.parametrize("wrong_by", [timedelta(hours=48), timedelta(hours=-48), timedelta(minutes=-7)])
async def test_a_wrong_clock_is_seen_and_the_true_time_is_kept_beside_the_phones(
    cast, pavel, maker, wrong_by
):
    said = (NOON - timedelta(minutes=20) + wrong_by).isoformat()

    answer = await send(pavel, a_ping(at=said), sent_at=(NOON + wrong_by).isoformat())

    (kept,) = await stored(cast, maker)
    assert answer["verdicts"] == ["taken"]
    assert (kept.at, kept.clock_offset_s) == (NOON - timedelta(minutes=20), -wrong_by.total_seconds())


async def test_a_batch_that_took_a_while_to_arrive_proves_no_clock_wrong(cast, pavel, maker):
    await send(pavel, a_ping(-10), sent_at=(NOON - timedelta(minutes=4)).isoformat())

    (kept,) = await stored(cast, maker)
    assert kept.clock_offset_s == 0


async def test_a_clock_that_is_off_by_more_than_three_days_is_not_believed(pavel):
    wrong_by = timedelta(days=3, minutes=2)

    answer = await send(
        pavel, a_ping(at=(NOON - wrong_by).isoformat()), sent_at=(NOON - wrong_by).isoformat()
    )

    assert answer["verdicts"] == ["clock_wrong"]


async def test_pings_are_found_by_their_true_time(cast, pavel, maker):
    wrong_by = timedelta(days=2)
    await send(pavel, a_ping(-10), a_ping(-20))
    await send(
        pavel,
        a_ping(at=(NOON - timedelta(minutes=15) + wrong_by).isoformat()),
        sent_at=(NOON + wrong_by).isoformat(),
    )

    async with transaction(maker, cast.company_id) as session:
        found = await find_pings(
            session, cast.company_id, pavel.id, NOON - timedelta(minutes=20), NOON - timedelta(minutes=10)
        )

    assert [one.at for one in found] == [NOON - timedelta(minutes=20), NOON - timedelta(minutes=15)]


@pytest.mark.covers("M37")
async def test_who_is_not_a_worker_sends_no_pings(cast, anonymous):
    assert (await cast.olga.post("/tracking/pings", {"pings": []})).status_code == 403
    assert (await anonymous.post("/api/v1/tracking/pings", json={"pings": []})).status_code == 401
