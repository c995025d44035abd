"""Nothing is kept of a worker outside his consent, his shift and his own time."""

import asyncio
import os
import subprocess
from datetime import timedelta

import pytest

from tests.cast import NOON
from tests.tracking.conftest import a_ping, a_tap, consent
from tests.tracking.test_pings import send, stored

SECRET_PLACE = {"lat": 55.123456789, "lon": 37.987654321}


def minutes(count):
    return NOON + timedelta(minutes=count)


@pytest.mark.covers("M21")
async def test_without_consent_nothing_is_kept(cast, maker):
    answer = await send(cast.pavel, a_ping())

    assert answer["verdicts"] == ["no_consent"]
    assert await stored(cast, maker) == []


@pytest.mark.covers("M21")
async def test_a_consent_counts_from_when_it_was_given(cast):
    await consent(cast.pavel, occurred_at=minutes(-10).isoformat())

    answer = await send(cast.pavel, a_ping(-10.1), a_ping(-10))

    assert answer["verdicts"] == ["no_consent", "taken"]


@pytest.mark.covers("M21")
async def test_after_the_withdrawal_nothing_is_taken_and_what_came_meanwhile_is_gone(cast, pavel, maker):
    """His phone was offline when he tapped, his other tracker was not."""
    await send(pavel, *[a_ping(-at) for at in (1, 9, 10, 11)])

    tap = a_tap(pavel, occurred_at=minutes(-10).isoformat())
    answer = await pavel.post("/field/tracking/consent/withdraw", tap)

    assert answer.status_code == 200
    assert [one.at for one in await stored(cast, maker)] == [minutes(-11)]
    assert (await send(pavel, a_ping(-5), a_ping(-12)))["verdicts"] == ["no_consent", "taken"]


async def test_there_is_nothing_to_withdraw_twice(pavel):
    first = await pavel.post("/field/tracking/consent/withdraw", a_tap(pavel))
    second = await pavel.post("/field/tracking/consent/withdraw", a_tap(pavel))

    assert (first.status_code, second.status_code) == (200, 409)
    assert second.json()["code"] == "no_consent_in_force"


async def test_a_consent_can_be_given_again(pavel, clock):
    await pavel.post("/field/tracking/consent/withdraw", a_tap(pavel))
    clock.advance(minutes=10)
    await consent(pavel, occurred_at=clock.now().isoformat())
    clock.advance(minutes=1)

    answer = await send(pavel, a_ping(5), a_ping(10.5))

    assert answer["verdicts"] == ["no_consent", "taken"]


async def test_the_words_must_be_some_that_the_company_has(cast):
    answer = await cast.pavel.post("/field/tracking/consent", a_tap(cast.pavel, text_version=7, lang="ru"))

    assert (answer.status_code, answer.json()["code"]) == (422, "consent_text_unknown")


@pytest.mark.covers("M21")
async def test_private_time_leaves_nothing_also_when_it_comes_late(cast, pavel, maker):
    await send(pavel, a_ping(-31), a_ping(-29), a_ping(-10))
    start = a_tap(pavel, occurred_at=minutes(-30).isoformat())
    end = a_tap(pavel, occurred_at=minutes(-20).isoformat())

    begun = await pavel.post("/field/tracking/private-time/start", start)
    assert [one.at for one in await stored(cast, maker)] == [minutes(-31)]
    ended = await pavel.post("/field/tracking/private-time/end", end)

    assert (begun.status_code, ended.status_code) == (200, 200)
    answer = await send(pavel, a_ping(-30), a_ping(-20.1), a_ping(-20), a_ping(-10))
    assert answer["verdicts"] == ["private", "private", "taken", "taken"]


async def test_the_second_look_removes_nothing_from_after_the_private_time(
    cast, pavel, maker, clock, background
):
    await pavel.post("/field/tracking/private-time/start", a_tap(pavel))
    clock.advance(seconds=30)
    await pavel.post("/field/tracking/private-time/end", a_tap(pavel))
    clock.advance(seconds=20)
    await send(pavel, a_ping(0.75))
    clock.advance(minutes=1)

    assert await background.sweep("forgetting") == 1

    assert [one.at for one in await stored(cast, maker)] == [minutes(0.75)]


async def test_what_was_on_its_way_into_the_table_is_removed_by_the_second_look(
    cast, pavel, maker, clock, background, superuser
):
    await pavel.post("/field/tracking/private-time/start", a_tap(pavel))
    await superuser.execute(
        "INSERT INTO ping (company_id, worker_id, device_id, device_at, content, received_at, lat, lon) "
        "VALUES ($1, $2, $2, $3, 1, $3, 55.7, 37.6)",
        cast.company_id,
        pavel.id,
        minutes(1),
    )
    clock.advance(minutes=1)

    await background.sweep("forgetting")

    assert await stored(cast, maker) == []


@pytest.mark.covers("M21")
async def test_outside_the_shift_and_in_an_absence_nothing_is_taken(cast, maker):
    await consent(cast.pavel, occurred_at=(NOON - timedelta(days=2)).isoformat())
    pause = {"kind": "break", "starts_at": minutes(-30).isoformat(), "ends_at": minutes(-20).isoformat()}
    assert (await cast.olga.post(f"/workers/{cast.pavel.id}/absences", pause)).status_code == 201
    at_night = -11 * 60

    answer = await send(cast.pavel, a_ping(at_night), a_ping(-25), a_ping(-20))

    assert answer["verdicts"] == ["off_shift", "off_shift", "taken"]
    assert len(await stored(cast, maker)) == 1


@pytest.mark.covers("M21")
async def test_a_refused_ping_leaves_no_byte_in_the_database_or_in_the_logs(cast, owner_url, pavel, capfd):
    await pavel.post("/field/tracking/private-time/start", a_tap(pavel))
    await send(pavel, a_ping(0, **SECRET_PLACE))
    await send(cast.nikolai, a_ping(0, **SECRET_PLACE))
    await cast.pavel.post("/field/position", {"at": NOON.isoformat(), "point": SECRET_PLACE, "accuracy_m": 5})

    dump = await asyncio.to_thread(dump_of, owner_url)
    said = "".join(capfd.readouterr())

    assert b"COPY public.audit_event" in dump
    assert [
        digits for digits in ("123456789", "987654321") if digits.encode() in dump or digits in said
    ] == []


def dump_of(url):
    server = os.environ.get("PG_BINDIR", "")
    return subprocess.run(
        [f"{server}/pg_dump" if server else "pg_dump", url], check=True, capture_output=True
    ).stdout


# The words


async def test_the_usual_words_name_the_company_and_how_long_pings_are_kept(cast):
    found = (await cast.pavel.get("/tracking/consent-text")).json()

    assert found["version"] == 1
    assert "Я даю ООО «Окна Плюс» (далее — Компания)" in found["ru"]
    assert "I give ООО «Окна Плюс» (the Company)" in found["en"]
    assert "365 дней" in found["ru"]
    assert "365 days" in found["en"]


async def test_a_company_may_have_words_of_its_own_and_earlier_consents_stay(cast, pavel):
    own = {"ru": "Согласен. " * 20, "en": "I agree. " * 20}
    added = await cast.irina.post("/tracking/consent-texts", own, idempotency_key="k1")
    again = await cast.irina.post("/tracking/consent-texts", own, idempotency_key="k2")
    await consent(cast.nikolai, text_version=3, lang="en")

    assert (added.status_code, added.json()["version"], again.json()["version"]) == (201, 2, 3)
    assert (await cast.olga.get("/tracking/consent-text")).json() == again.json()
    listed = (await cast.sergei.get("/tracking/consents")).json()["items"]
    assert {one["worker_id"]: one["text_version"] for one in listed} == {
        str(pavel.id): 1,
        str(cast.nikolai.id): 3,
    }
    assert (await cast.olga.post("/tracking/consent-texts", own, idempotency_key="k3")).status_code == 403


async def test_a_worker_sees_what_he_has_agreed_to_and_in_which_words(cast, pavel):
    await pavel.post("/field/tracking/private-time/start", a_tap(pavel))
    own = (await pavel.get("/tracking/consents/own")).json()
    shown = (await pavel.get("/tracking/consent-text")).json()["ru"]

    assert [(one["text_version"], one["lang"], one["text"] == shown) for one in own["items"]] == [
        (1, "ru", True)
    ]
    assert own["items"][0]["given_at"] == "2026-03-02T08:00:00Z"
    assert own["private_since"] == "2026-03-02T09:00:00Z"
    assert (await cast.nikolai.get("/tracking/consents/own")).json() == {"items": [], "private_since": None}


async def test_saying_it_again_changes_nothing(cast, pavel):
    await consent(pavel, occurred_at=NOON.isoformat())
    for _ in range(2):
        await pavel.post("/field/tracking/private-time/start", a_tap(pavel))

    own = (await pavel.get("/tracking/consents/own")).json()

    assert len(own["items"]) == 1
    assert (await pavel.post("/field/tracking/private-time/end", a_tap(pavel))).json()["ends_at"]
    assert (await pavel.post("/field/tracking/private-time/end", a_tap(pavel))).json() == {
        "begins_at": None,
        "ends_at": None,
    }


@pytest.mark.covers("M21")
async def test_a_command_about_tracking_says_no_place(pavel):
    tap = a_tap(pavel, point={"lat": 55.7, "lon": 37.6})

    answer = await pavel.post("/field/tracking/private-time/start", tap)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["path"] == "point"
