"""Whoever does not work here any more is not asked any more, whichever way he left."""

from datetime import timedelta

import pytest

from app.dispatch.offers.ladders import bring_forward, next_escalation, plan_ladder
from app.orders.job_types.policies import DEFAULT_LADDER
from tests.cast import NOON
from tests.dispatch.given import TOMORROW, an_offered_visit
from tests.stories import accepted_visit, tapped

HOUR = timedelta(hours=1)


async def switched_off(cast, person, *, is_active=False):
    """As a worker."""
    answer = await cast.irina.patch(f"/workers/{person.id}", {"is_active": is_active}, if_match="*")
    assert answer.status_code == 200, answer.text


async def dismissed(cast, person, *, is_active=False):
    """As a user."""
    answer = await cast.irina.patch(f"/users/{person.id}", {"is_active": is_active}, if_match="*")
    assert answer.status_code == 200, answer.text


LEAVES = pytest.mark.parametrize("leaves", [switched_off, dismissed])


@pytest.mark.covers("M2", "M36")
@LEAVES
async def test_his_token_is_refused_and_his_offer_goes_to_the_next(cast, clock, background, leaves):
    visit_id = await an_offered_visit(cast, cast.pavel.id)

    await leaves(cast, cast.pavel)
    await background.run()

    answer = await cast.pavel.post(f"/field/visits/{visit_id}/accept", tapped())
    offers = (await cast.olga.get(f"/visits/{visit_id}/offers")).json()
    assert answer.status_code == 401
    assert [(one["worker_id"], one["status"]) for one in offers] == [
        (str(cast.pavel.id), "withdrawn"),
        (str(cast.nikolai.id), "pending"),
    ]


@pytest.mark.covers("M2")
@LEAVES
async def test_what_he_has_accepted_lies_before_the_dispatcher(cast, background, leaves):
    visit = await accepted_visit(cast)

    await leaves(cast, cast.pavel)
    await background.run()

    items = (await cast.olga.get("/inbox?is_open=true")).json()["items"]
    assert [one["subject_id"] for one in items if one["kind"] == "worker_dismissed"] == [visit.id]
    assert (await cast.olga.get(f"/visits/{visit.id}")).json()["status"] == "accepted"


@pytest.mark.covers("M2")
@LEAVES
async def test_whoever_is_back_takes_the_item_with_him(cast, background, leaves):
    await accepted_visit(cast)
    await leaves(cast, cast.pavel)
    await background.run()

    await leaves(cast, cast.pavel, is_active=True)
    await background.run()

    items = (await cast.olga.get("/inbox?is_open=true")).json()["items"]
    assert [one for one in items if one["kind"] == "worker_dismissed"] == []


async def test_who_is_switched_on_again_may_come_back(cast):
    await switched_off(cast, cast.pavel)
    await switched_off(cast, cast.pavel, is_active=True)

    person = (await cast.irina.get(f"/users/{cast.pavel.id}")).json()
    worker = (await cast.irina.get(f"/workers/{cast.pavel.id}")).json()

    assert (person["is_active"], worker["is_active"]) == (True, True)


async def test_whoever_also_works_in_the_office_goes_on_signing_in(cast):
    roles = {"roles": ["measurer", "dispatcher"], "email": f"pavel-{cast.pavel.id.hex}@okna.example"}
    await cast.irina.patch(f"/users/{cast.pavel.id}", roles, if_match="*")

    await switched_off(cast, cast.pavel)

    assert (await cast.irina.get(f"/users/{cast.pavel.id}")).json()["is_active"] is True
    assert (await cast.irina.get(f"/workers/{cast.pavel.id}")).json()["is_active"] is False


def test_the_next_is_asked_at_once_and_the_rest_follows_as_planned():
    ladder = plan_ladder(DEFAULT_LADDER, offered_at=NOON, accept_by=NOON + HOUR)
    now = NOON + timedelta(minutes=10)

    brought = bring_forward(ladder, 0, now=now)

    assert [step.due_at - now for step in brought] == [timedelta(), HOUR / 2, HOUR]
    assert next_escalation(brought, 0, accept_by=None) == now


def test_a_ladder_that_asks_nobody_stays_as_it_was():
    ladder = plan_ladder(DEFAULT_LADDER, offered_at=NOON, accept_by=NOON + HOUR)

    assert bring_forward(ladder, 3, now=NOON + 2 * HOUR) == ladder


async def test_whoever_works_here_keeps_his_offer_when_his_skills_change(cast, background):
    visit_id = await an_offered_visit(cast, cast.pavel.id, starts_at=TOMORROW)

    await cast.irina.patch(f"/workers/{cast.pavel.id}", {"skills": ["measure", "install"]}, if_match="*")
    await background.run()

    assert (await cast.olga.get(f"/visits/{visit_id}")).json()["status"] == "offered"
