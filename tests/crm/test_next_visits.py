"""What the client and the specialist say of the next visit."""

from datetime import timedelta

import pytest

from app.crm.next_visits.policies import NextVisitInvalid, date_by_features
from app.crm.rules.values import FeatureCycle
from tests.crm.given import (
    a_booked_job,
    a_card,
    act_is_signed,
    money_is_taken,
    ok,
    price_list,
    work_begins,
)
from tests.crm.lives import a_category, on
from tests.dispatch.given import TOMORROW

WEAR = [
    FeatureCycle(feature="wear", value="usual", cycle_days=365),
    FeatureCycle(feature="wear", value="heavy", cycle_days=180),
    FeatureCycle(feature="dust", value="much", cycle_days=90),
]


async def due(cast, client_id):
    life = (await ok(await cast.olga.get(f"/crm/lives/{client_id}")))["life"]
    return life["due_on"], life["due_source"]


async def a_visit_with_an_act(cast, background, clock):
    await price_list(cast)
    client_id, site_id = await a_card(cast)
    visit = await a_booked_job(cast, client_id, site_id, starts_at=TOMORROW)
    await work_begins(visit, clock.now())
    return client_id, visit


@pytest.mark.covers("R42", "R43", "R44", "R45")
async def test_what_the_specialist_saw_gives_the_date_of_the_next_visit(cast, background, clock):
    client_id, visit = await a_visit_with_an_act(cast, background, clock)
    body = {"category": "maintenance", "features": {"wear": "heavy"}}

    noted = await ok(await cast.rinat.post(f"/crm/visits/{visit.id}/next-visit", body, idempotency_key="n1"))
    again = await ok(await cast.rinat.post(f"/crm/visits/{visit.id}/next-visit", body, idempotency_key="n1"))
    await act_is_signed(visit, clock.now())
    await money_is_taken(visit, clock.now())
    await background.sweep("relay", "delivery")

    assert noted == again
    assert noted["noted_on"] == "2026-08-31"
    assert await due(cast, client_id) == ("2026-08-31", "specialist")


@pytest.mark.covers("R46")
async def test_the_date_that_the_client_names_wins(cast, background, clock):
    client_id, visit = await a_visit_with_an_act(cast, background, clock)
    await act_is_signed(visit, clock.now())
    await money_is_taken(visit, clock.now())
    await background.sweep("relay", "delivery")
    entered = {"category": "maintenance", "on": "2026-09-01"}
    await ok(await cast.rinat.post(f"/crm/visits/{visit.id}/next-visit", entered, idempotency_key="n1"))

    answer = await ok(
        await cast.marina.post(
            f"/crm/clients/{client_id}/named-date", {"on": "2026-05-15"}, idempotency_key="n2"
        )
    )

    assert answer["due_on"] == "2026-05-15"
    assert await due(cast, client_id) == ("2026-05-15", "client")


@pytest.mark.covers("R47")
async def test_interest_in_something_else_is_kept(cast, background, clock):
    client_id, visit = await a_visit_with_an_act(cast, background, clock)
    nets = {"category": "net", "comment": "на кухню, весной"}

    await ok(await cast.rinat.post(f"/crm/visits/{visit.id}/interests", nets, idempotency_key="i1"))
    clock.advance(hours=1)
    await ok(
        await cast.olga.post(
            f"/crm/clients/{client_id}/interests", {"category": "seal"}, idempotency_key="i2"
        )
    )

    found = (await ok(await cast.olga.get(f"/crm/clients/{client_id}/interests")))["items"]
    assert [(one["category"], one["comment"], one["visit_id"]) for one in found] == [
        ("seal", "", None),
        ("net", "на кухню, весной", visit.id),
    ]


async def test_a_worker_notes_nothing_about_a_visit_that_is_not_his(cast, background, clock):
    _, visit = await a_visit_with_an_act(cast, background, clock)

    answer = await cast.pavel.post(
        f"/crm/visits/{visit.id}/named-date", {"on": "2026-05-15"}, idempotency_key="n1"
    )

    assert (answer.status_code, answer.json()["code"]) == (404, "visit_not_found")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"category": "maintenance", "on": "2026-03-01"}, "next_visit_day_impossible"),
        ({"category": "maintenance", "on": "2056-03-01"}, "next_visit_day_impossible"),
        ({"category": "cars", "on": "2026-05-01"}, "category_unknown"),
        ({"category": "maintenance"}, "next_visit_without_day"),
        ({"category": "maintenance", "features": {"wear": "blue"}}, "feature_unknown"),
    ],
)
async def test_what_cannot_be_right_is_refused_with_its_field(cast, background, clock, body, code):
    _, visit = await a_visit_with_an_act(cast, background, clock)

    answer = await cast.rinat.post(f"/crm/visits/{visit.id}/next-visit", body, idempotency_key="n1")

    assert answer.status_code == 422
    assert [one["code"] for one in answer.json()["errors"]] == [code]


@pytest.mark.covers("R44")
def test_of_several_things_that_were_seen_the_shortest_cycle_counts():
    category = a_category("maintenance", 365, feature_cycles=WEAR)

    day = date_by_features(category, {"wear": "heavy", "dust": "much"}, today=on(0))

    assert day == on(0) + timedelta(days=90)
    with pytest.raises(NextVisitInvalid):
        date_by_features(category, {"wear": "none"}, today=on(0))


@pytest.mark.covers("R95")
async def test_office_and_worker_are_told_that_a_client_is_new_until_he_has_bought(cast, background, clock):
    client_id, visit = await a_visit_with_an_act(cast, background, clock)
    await background.sweep("relay", "delivery")
    before = await ok(await cast.rinat.get(f"/crm/visits/{visit.id}/client"))
    in_office = (await ok(await cast.olga.get(f"/crm/lives/{client_id}")))["life"]["is_new"]

    await act_is_signed(visit, clock.now())
    await money_is_taken(visit, clock.now())
    await background.sweep("relay", "delivery")

    after = await ok(await cast.rinat.get(f"/crm/visits/{visit.id}/client"))
    assert (before["is_new"], in_office, after["is_new"]) == (True, True, False)
    assert (await cast.pavel.get(f"/crm/visits/{visit.id}/client")).status_code == 404
