"""A day is the same day, whatever program sent it."""

import asyncio
import random
from base64 import b64encode
from datetime import timedelta

import pytest

from app.tracking.facts.policies.kinds import FactKind
from tests.cast import NOON
from tests.tracking.conftest import consent
from tests.tracking.routes import Route
from tests.tracking.test_derived_days import derived, facts_of, said, send

__all__ = ["derived"]

OSMAND = "/api/v1/tracking/osmand"
OWNTRACKS = "/api/v1/tracking/owntracks"


async def key_for(person, kind):
    body = {"worker_id": str(person.id), "name": "Телефон", "kind": kind}
    answer = await person.post("/tracking/trackers", body)
    assert answer.status_code == 200, answer.text
    return answer.json()["key"]


async def by_osmand(client, key, ping):
    told = (
        f"lat={ping.lat!r}&lon={ping.lon!r}&timestamp={int(ping.at.timestamp())}&accuracy={ping.accuracy_m}"
    )
    assert (await client.get(f"{OSMAND}?id={key}&{told}")).status_code == 200


async def by_owntracks(client, key, ping):
    body = {
        "_type": "location",
        "lat": ping.lat,
        "lon": ping.lon,
        "tst": int(ping.at.timestamp()),
        "acc": ping.accuracy_m,
    }
    password = {"authorization": f"Basic {b64encode(f'u:{key}'.encode()).decode()}"}
    assert (await client.post(OWNTRACKS, json=body, headers=password)).status_code == 200


@pytest.mark.covers("M20", "M18", "P-rel-16")
async def test_three_programs_give_the_same_trips_stops_and_gaps(
    cast, maker, anonymous, derived, background, clock
):
    people = [cast.pavel, cast.nikolai, cast.rinat]
    for person in people:
        await consent(person, occurred_at=NOON.isoformat())
    clock.advance(hours=3)
    route = Route(pace_s=60, noise_m=5).stay(20).drive((4_000, 0)).stay(15).silent(30).drive((0, 0)).stay(12)
    shuffled = random.Random(3).sample(route.pings, len(route.pings))

    await send(cast.pavel, said(route))
    for way, key in (
        (by_osmand, await key_for(cast.nikolai, "traccar")),
        (by_owntracks, await key_for(cast.rinat, "owntracks")),
    ):
        for first in range(0, len(shuffled), 8):
            await asyncio.gather(*[way(anonymous, key, ping) for ping in shuffled[first : first + 8]])
    await derived()
    clock.advance(seconds=60)
    await background.sweep("track_day")

    first, *others = [
        [(one.kind, one.from_at, one.to_at, one.place, one.distance_m, one.cause) for one in facts]
        for facts in [await facts_of(cast, maker, person) for person in people]
    ]
    assert [one[0] for one in first] == [
        FactKind.STOP,
        FactKind.TRIP,
        FactKind.STOP,
        FactKind.GAP,
        FactKind.TRIP,
        FactKind.STOP,
    ]
    assert others == [first, first]
    assert first[0][1] == NOON
    assert first[3][2] - first[3][1] == pytest.approx(timedelta(minutes=31), abs=timedelta(minutes=1))
