"""A worker who lacks the skills or is away is not sent, unless the dispatcher gives a reason."""

from datetime import date, timedelta

import pytest

from tests.dispatch.given import TOMORROW, a_planned_visit, code_of
from tests.orders.given_production import a_ready_order, book, moscow

pytestmark = pytest.mark.covers("M1")


async def offer(cast, visit_id, person, **fields):
    return await cast.olga.post(f"/visits/{visit_id}/offer", {"worker_id": str(person.id), **fields})


async def is_ill(cast, person, starts_at):
    ill = {
        "kind": "sick",
        "starts_at": starts_at.isoformat(),
        "ends_at": (starts_at + timedelta(hours=1)).isoformat(),
    }
    answer = await cast.olga.post(f"/workers/{person.id}/absences", ill)
    assert answer.status_code == 201, answer.text


async def goes_only_to_the_south(cast, person):
    ring = [[37.55, 55.50], [37.65, 55.50], [37.65, 55.60], [37.55, 55.60], [37.55, 55.50]]
    south = (await cast.sergei.post("/territories", {"name": "Юг", "coordinates": [ring]})).json()
    await cast.sergei.put(f"/workers/{person.id}/territories", {"territory_ids": [south["id"]]})


async def test_a_worker_without_the_skill_is_not_sent(cast):
    visit_id = await a_planned_visit(cast)

    answer = await offer(cast, visit_id, cast.timur)

    assert code_of(answer) == (409, "assignee_unsuitable")
    assert answer.json()["params"]["reasons"] == ["skill_missing:measure"]
    visit = (await cast.olga.get(f"/visits/{visit_id}")).json()
    assert (visit["status"], visit["worker_id"]) == ("planned", None)


async def test_a_worker_who_is_absent_for_a_part_of_it_is_not_sent(cast):
    visit_id = await a_planned_visit(cast)
    await is_ill(cast, cast.pavel, TOMORROW + timedelta(minutes=59))

    answer = await offer(cast, visit_id, cast.pavel)

    assert answer.json()["params"]["reasons"] == ["absent"]


async def test_a_worker_is_not_sent_outside_his_territories(cast):
    visit_id = await a_planned_visit(cast)
    await goes_only_to_the_south(cast, cast.pavel)

    answer = await offer(cast, visit_id, cast.pavel)

    assert answer.json()["params"]["reasons"] == ["outside_territory"]


async def test_a_dispatcher_who_knows_better_says_why_and_it_is_remembered(cast):
    visit_id = await a_planned_visit(cast)
    await is_ill(cast, cast.pavel, TOMORROW)

    answer = await offer(cast, visit_id, cast.pavel, override_reason="Вышел раньше, сам позвонил")

    assert (answer.status_code, answer.json()["status"]) == (200, "offered")
    history = (await cast.olga.get(f"/visits/{visit_id}/history")).json()
    assert history[-1]["payload"] | {"offer_id": ""} == {
        "offer_id": "",
        "worker_id": str(cast.pavel.id),
        "in_spite_of": ["absent"],
        "override_reason": "Вышел раньше, сам позвонил",
    }


async def test_a_reason_changes_nothing_where_nothing_speaks_against_it(cast):
    visit_id = await a_planned_visit(cast)

    await offer(cast, visit_id, cast.pavel, override_reason="На всякий случай")

    history = (await cast.olga.get(f"/visits/{visit_id}/history")).json()
    assert set(history[-1]["payload"]) == {"offer_id", "worker_id"}


async def test_no_reason_makes_a_worker_be_in_two_places(cast):
    first, second = await a_planned_visit(cast), await a_planned_visit(cast)
    await offer(cast, first, cast.pavel)

    answer = await offer(cast, second, cast.pavel, override_reason="Успеет")

    assert code_of(answer) == (409, "worker_busy")


@pytest.mark.covers("M6")
async def test_a_crew_with_somebody_absent_is_booked_only_on_purpose(cast):
    day = date(2026, 3, 12)
    order_id = await a_ready_order(cast)
    await is_ill(cast, cast.timur, moscow(day, 10))

    refused = await book(cast, order_id, starts_at=moscow(day, 10))
    booked = await book(cast, order_id, starts_at=moscow(day, 10), override_reason="Тимура заменит Пётр")

    assert code_of(refused) == (409, "assignee_unsuitable")
    assert refused.json()["params"]["reasons"] == ["absent"]
    assert booked.status_code == 201
