"""Where workers are: one position at a time, the last one, and the map of the office."""

import asyncio
from datetime import timedelta

import pytest

from app.core.places import Place
from app.db.points import place_of
from app.db.session import transaction
from app.workforce import api as workforce
from app.workforce.people.models import Worker
from tests.cast import NOON
from tests.dispatch.given import code_of
from tests.tracking.conftest import KREMLIN, a_ping, a_tap, consent
from tests.tracking.test_pings import send, stored

PETERSBURG = {"lat": 59.93, "lon": 30.33}
SHOWN_AFTER_S = 5


def a_position(minutes=0.0, place=KREMLIN, accuracy_m=12.0):
    return {
        "point": place,
        "accuracy_m": accuracy_m,
        "at": (NOON + timedelta(minutes=minutes)).isoformat(),
    }


async def say(person, *args, **position):
    answer = await person.post("/field/position", a_position(*args, **position))
    return answer.json().get("ignored_because") if answer.status_code == 200 else code_of(answer)


async def on_the_map(cast):
    answer = await cast.olga.get("/tracking/positions")
    assert answer.status_code == 200, answer.text
    return {one["name"]: one for one in answer.json()["items"]}


async def worker_at(cast, maker, person):
    async with transaction(maker, cast.company_id) as session:
        worker = await session.get_one(Worker, (cast.company_id, person.id))
    return None if worker.position is None else (place_of(worker.position), worker.position_at)


@pytest.mark.covers("M17")
async def test_the_map_shows_where_everybody_was_last(cast, pavel, clock):
    await send(pavel, a_ping(-3), a_ping(-1, lat=55.76), a_ping(-2))
    await consent(cast.rinat)
    await send(cast.rinat, a_ping(-10, battery_pct=None))
    await cast.rinat.post("/field/tracking/private-time/start", a_tap(cast.rinat))
    clock.advance(seconds=30)

    found = await on_the_map(cast)

    assert list(found) == ["Павел Громов", "Ринат Галиев"]
    assert found["Павел Громов"] == {
        "worker_id": str(pavel.id),
        "name": "Павел Громов",
        "point": {"lat": 55.76, "lon": 37.6175},
        "accuracy_m": 8.0,
        "at": "2026-03-02T08:59:00Z",
        "age_s": 90,
        "is_on_shift": True,
        "is_private": False,
        "speed_mps": 1.5,
        "heading_deg": 90.0,
        "battery_pct": 71.0,
        "is_charging": False,
        "is_mock": False,
    }
    assert found["Ринат Галиев"]["is_private"]
    clock.advance(hours=12)
    assert not (await on_the_map(cast))["Павел Громов"]["is_on_shift"]


@pytest.mark.covers("M37")
async def test_the_map_is_for_those_who_send_people_out_and_of_their_own_company(cast, pavel, other_cast):
    await send(pavel, a_ping())

    assert (await cast.galina.get("/tracking/positions")).status_code == 403
    assert (await pavel.get("/tracking/positions")).status_code == 403
    assert await on_the_map(other_cast) == {}


@pytest.mark.covers("M17")
async def test_a_position_reaches_the_card_of_the_worker_once_in_a_while(
    cast, pavel, maker, clock, background
):
    await send(pavel, *[a_ping(-at / 10, lat=55.75 + at / 1e5) for at in range(50)])
    assert await background.sweep("position") == 0

    clock.advance(seconds=SHOWN_AFTER_S)
    assert await background.sweep("position") == 1
    assert await background.sweep("position") == 0

    assert await worker_at(cast, maker, pavel) == (Place(lat=55.75, lon=37.6175), NOON)
    card = (await cast.olga.get(f"/workers/{pavel.id}")).json()
    assert card["position"]["accuracy_m"] == 8.0
    assert card["version"] == 1
    assert (await cast.galina.get(f"/workers/{pavel.id}")).json()["position"] is None


@pytest.mark.covers("M17", "M21")
async def test_screens_are_told_whose_position_changed_and_not_the_place(
    cast, pavel, clock, background, superuser
):
    await send(pavel, a_ping(), a_ping(-1))
    clock.advance(seconds=SHOWN_AFTER_S)
    await background.sweep("position")

    events = await superuser.fetch(
        "SELECT payload::text FROM outbox_event WHERE company_id = $1 AND kind = 'tracking.workers_moved'",
        cast.company_id,
    )

    assert [row["payload"] for row in events] == ['{"worker_ids": ["' + str(pavel.id) + '"]}']


async def test_a_late_position_never_replaces_a_newer_one(cast, pavel):
    answers = [await say(pavel, 0), await say(pavel, -5, place=PETERSBURG), await say(pavel, 0)]

    assert answers == [None, "older", "older"]
    assert (await on_the_map(cast))["Павел Громов"]["at"] == "2026-03-02T09:00:00Z"


async def test_a_position_that_cannot_be_right_leaves_the_last_one(cast, pavel, clock, maker):
    await say(pavel)
    clock.advance(minutes=1)

    answers = [
        await say(pavel, 1, place={"lat": 0, "lon": 0}),
        await say(pavel, 1, place=PETERSBURG),
        await say(pavel, 1, accuracy_m=5_000),
    ]

    assert answers == ["no_fix", "too_fast", "inaccurate"]
    assert (await on_the_map(cast))["Павел Громов"]["point"] == KREMLIN
    assert len(await stored(cast, maker)) == 3, "all that had a place are kept as pings"


async def test_a_wrong_position_does_not_speak_against_right_ones_for_long(cast, pavel, clock):
    await say(pavel, place=PETERSBURG)
    clock.advance(minutes=15)

    assert await say(pavel, 15) is None


async def test_of_many_positions_at_once_the_newest_stays(cast, pavel):
    times = [-n / 60 for n in range(30)]

    await asyncio.gather(*[say(pavel, at) for at in times[15:] + times[:15]])

    assert (await on_the_map(cast))["Павел Громов"]["at"] == "2026-03-02T09:00:00Z"


@pytest.mark.covers("M21")
@pytest.mark.parametrize("minutes", [-61, -11 * 60, 2.1, -91 * 24 * 60, -15])
async def test_a_position_that_may_not_be_kept_is_refused_with_its_reason(cast, maker, minutes):
    since = {-61: 60, -11 * 60: 12 * 60}.get(minutes, 60)
    await consent(cast.pavel, occurred_at=(NOON - timedelta(minutes=since)).isoformat())
    start = a_tap(cast.pavel, occurred_at=(NOON - timedelta(minutes=20)).isoformat())
    end = a_tap(cast.pavel, occurred_at=(NOON - timedelta(minutes=10)).isoformat())
    await cast.pavel.post("/field/tracking/private-time/start", start)
    await cast.pavel.post("/field/tracking/private-time/end", end)

    expected = {
        -61: (409, "no_tracking_consent"),
        -11 * 60: (409, "not_on_shift"),
        2.1: (422, "position_from_future"),
        -91 * 24 * 60: (422, "position_too_old"),
        -15: (409, "private_time_lasts"),
    }
    assert await say(cast.pavel, minutes) == expected[minutes]
    assert await on_the_map(cast) == {}


@pytest.mark.covers("M21")
async def test_a_position_of_private_time_is_forgotten_everywhere(cast, pavel, maker, clock, background):
    await send(pavel, a_ping(-5))
    clock.advance(seconds=SHOWN_AFTER_S)
    await background.sweep("position")

    tap = a_tap(pavel, occurred_at=(NOON - timedelta(minutes=6)).isoformat())
    await pavel.post("/field/tracking/private-time/start", tap)

    assert await on_the_map(cast) == {}
    assert await worker_at(cast, maker, pavel) is None


async def test_only_workers_send_positions(cast):
    assert (await cast.olga.post("/field/position", a_position())).status_code == 403


async def test_moving_workers_of_another_company_moves_nobody(cast, other_cast, maker):
    async with transaction(maker, cast.company_id) as session:
        fix = workforce.Fix(Place(**KREMLIN), 5.0, NOON)
        await workforce.move_workers(session, cast.company_id, {other_cast.pavel.id: fix})

    assert await worker_at(other_cast, maker, other_cast.pavel) is None
