"""When somebody could come, before there is a job."""

from datetime import timedelta

import pytest

from tests.cast import NOON
from tests.dispatch.given import an_offered_visit, code_of

pytestmark = pytest.mark.covers("M1")

TODAY = "/free-hours?days=1"


async def free(person, path=TODAY):
    answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    return {one["starts_at"][11:16]: one["free"] for one in answer.json()["items"]}


async def test_whoever_has_the_skill_and_is_there_until_the_end_is_counted(cast):
    hours = {
        "starts_at": (NOON + timedelta(hours=3)).isoformat(),
        "ends_at": (NOON + timedelta(hours=6)).isoformat(),
    }
    answer = await cast.olga.post(f"/workers/{cast.nikolai.id}/absences", {"kind": "private"} | hours)
    assert answer.status_code == 201, answer.text

    found = await free(cast.marina)

    assert "09:00" not in found  # it is nine already
    assert (found["10:00"], found["11:00"], found["12:00"], found["15:00"]) == (2, 2, 1, 2)


async def test_whoever_is_asked_then_is_not_free(cast):
    await an_offered_visit(cast, cast.pavel.id, starts_at=NOON + timedelta(hours=2))

    found = await free(cast.olga)

    assert (found["10:00"], found["11:00"], found["12:00"]) == (2, 1, 2)


async def test_whoever_goes_only_to_his_territory_is_not_counted_elsewhere(cast):
    ring = [[37.5, 55.7], [37.7, 55.7], [37.7, 55.8], [37.5, 55.8], [37.5, 55.7]]
    made = await cast.sergei.post("/territories", {"name": "Центр", "coordinates": [ring]})
    assert made.status_code == 201, made.text
    bound = {"territory_ids": [made.json()["id"]]}
    put = await cast.sergei.put(f"/workers/{cast.pavel.id}/territories", bound)
    assert put.status_code < 300, put.text

    inside = await free(cast.olga, f"{TODAY}&lat=55.75&lon=37.6")
    outside = await free(cast.olga, f"{TODAY}&lat=55.75&lon=38.6")

    assert (inside["10:00"], outside["10:00"]) == (2, 1)


async def test_free_hours_are_for_those_who_answer_clients(cast):
    assert code_of(await cast.pavel.get(TODAY)) == (403, "forbidden")
