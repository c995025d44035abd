"""What ends a plan for a client whatever the plan says, and a day that moves the steps which are counted from it."""

from datetime import timedelta

import msgspec
import pytest

from app.crm.plans.values import PlanContent, Stop
from app.crm.touches.policies.judging import Ended, is_for, why_stopped
from tests.cast import NOON
from tests.clients.consents import stopped
from tests.clients.given import a_client, phone
from tests.crm.given import a_card, ok
from tests.crm.plans import CALL, a_proposal, ends, in_plans, released, touches
from tests.crm.test_cases import complains
from tests.crm.test_lawful_touches import AT, INSIDE_NOW, KNOWN_NOW, ZONE
from tests.orders.given_production import a_production_order, change

DAY = timedelta(days=1)
STEP = {"code": "call", "task": CALL | {"responsible": {"by": "owner"}}}


def a_plan(*stops, **audience):
    given = {"audience": {"trigger": "request"} | audience, "stops": list(stops), "steps": [STEP]}
    return msgspec.convert(given, PlanContent)


@pytest.mark.covers("R36")
@pytest.mark.parametrize(
    ("content", "known", "why"),
    [
        (a_plan(), {}, None),
        (a_plan(), {"data_withdrawn": True}, Ended.DATA_WITHDRAWN),
        (a_plan(), {"is_archived": True}, Ended.ARCHIVED),
        (a_plan(), {"is_in_case": True}, None),
        (a_plan(trigger="disappointment"), {"is_in_case": True}, Ended.CASE_OPENED),
        (a_plan(trigger="status", statuses=["returnee"]), {"is_in_case": True}, Ended.CASE_OPENED),
        (a_plan(trigger="status", statuses=["fan", "returnee"]), {"is_in_case": True}, None),
    ],
)
def test_what_ends_every_plan_lets_nobody_come_into_it(content, known, why):
    stands = KNOWN_NOW._replace(status="returnee", **known)

    assert why_stopped(content, INSIDE_NOW, stands) == why
    assert is_for(content, stands, now=AT, zone=ZONE) is (why is None)


def test_a_plan_that_says_so_ends_for_whoever_cannot_be_reached_any_more():
    lost = KNOWN_NOW._replace(has_contact=False)

    assert why_stopped(a_plan("contact_invalid"), INSIDE_NOW, lost) == Stop.CONTACT_INVALID
    assert why_stopped(a_plan("replied"), INSIDE_NOW, lost) is None


async def test_whoever_withdraws_his_data_or_loses_his_phone_is_out_of_the_plan(cast, background):
    await released(
        cast.sergei, {"code": "call", "delay": {"amount": 3}, "task": CALL}, stops=["contact_invalid"]
    )
    anna = await a_client(cast.olga)
    boris = await a_client(cast.olga, name="Борис", contacts=[phone("8 (903) 700-00-03")])
    vera = await a_client(cast.olga, name="Вера", contacts=[phone("8 (903) 700-00-04")])
    for one in (anna, boris, vera):
        await a_proposal(cast, one["id"])
    await background.run()

    await stopped(cast.olga, anna["id"], purposes=["personal_data"], how="paper")
    await ok(await cast.olga.patch(f"/clients/{boris['id']}", {"contacts": []}, if_match='"1"'))
    await background.run()

    assert [await in_plans(cast.olga, one["id"]) for one in (anna, boris, vera)] == [
        [("ended", "data_withdrawn")],
        [("ended", "contact_invalid")],
        [("open", None)],
    ]
    [gone] = await touches(cast.olga, anna["id"])
    assert gone["why"] == ("План для клиента закончился: клиент отозвал согласие на хранение его данных.")


@pytest.mark.covers("R17")
async def test_a_recovery_case_ends_the_plan_that_would_win_the_same_client_back(cast, background):
    await released(
        cast.sergei,
        {"code": "call", "task": CALL},
        {"code": "later", "delay": {"amount": 9}, "task": CALL},
        audience={"trigger": "disappointment"},
    )
    anna, _ = await a_card(cast, contacts=[])
    assert await complains(cast, background, anna, severity=1) is None
    await background.run()
    assert await in_plans(cast.olga, anna) == [("open", None)]

    assert await complains(cast, background, anna, severity=3) is not None
    await background.run()

    assert set(await in_plans(cast.olga, anna)) == {("ended", "case_opened")}
    assert {one[1:] for one in await ends(cast.olga, anna)} == {("skipped", "stopped", "case_opened")}
    tasks = (await ok(await cast.olga.get(f"/crm/tasks?client_id={anna}")))["items"]
    assert {one["status"] for one in tasks if one["kind"] == "task_touch"} == {"dropped"}


@pytest.mark.covers("R33")
async def test_a_step_before_the_ready_date_follows_it_when_it_moves(cast, background, clock):
    """It is to be ready on the 20th. It will be ready on the 9th."""
    await released(
        cast.sergei,
        {
            "code": "agree",
            "delay": {"amount": 2, "is_before": True, "anchor": "ready", "at_local": "12:00"},
            "task": CALL,
        },
        {"code": "other", "delay": {"amount": 30}, "task": CALL},
    )
    order_id = await a_production_order(cast)
    made = await ok(await cast.olga.get(f"/production-orders/{order_id}"))
    client_id = (await ok(await cast.olga.get(f"/jobs/{made['job_id']}")))["job"]["client_id"]
    await a_proposal(cast, client_id)
    await background.run()
    before = [one["due_at"][:10] for one in await touches(cast.olga, client_id)]

    await ok(await change(cast, order_id, planned_ready_on="2026-03-09"))
    await background.run()
    after = [one["due_at"][:10] for one in await touches(cast.olga, client_id)]
    clock.moment = NOON + 5 * DAY
    await background.run()

    assert (before, after) == (["2026-03-18", "2026-04-01"], ["2026-03-07", "2026-04-01"])
    assert [one[:2] for one in await ends(cast.olga, client_id)] == [("agree", "open"), ("other", "planned")]
