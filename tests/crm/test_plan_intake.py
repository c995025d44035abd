"""Clients whom no event brings into a plan, and what becomes of those who are in one."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from sqlalchemy import update

from app.crm.tracks.models import NeedTrack
from app.db.session import transaction
from tests.cast import NOON
from tests.clients.given import a_client, phone
from tests.crm.given import a_card, ok
from tests.crm.plans import CALL, SMS, WRITE, a_proposal, a_text, agrees, ends, in_plans, released, touches
from tests.notifications.stories import lines_to, new_phone

DAY, HOUR = timedelta(days=1), timedelta(hours=1)


async def needs(cast, client_id, site_id, **due):
    async with transaction(cast.maker, cast.company_id) as session:
        for category, on in due.items():
            session.add(
                NeedTrack(
                    company_id=cast.company_id,
                    client_id=UUID(client_id),
                    site_id=UUID(site_id),
                    category=category,
                    anchor_on=date(2025, 3, 1),
                    due_on=on,
                    due_source="cycle",
                )
            )


async def moves(cast, client_id, on):
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(
            update(NeedTrack)
            .where(NeedTrack.company_id == cast.company_id, NeedTrack.client_id == UUID(client_id))
            .values(due_on=on)
        )


BEFORE = {
    "code": "before",
    "delay": {"amount": 20, "is_before": True, "anchor": "due", "at_local": "12:00"},
    "message": {"template": "invite", "channels": SMS},
}


@pytest.mark.covers("R29", "R33")
async def test_who_needs_two_things_soon_gets_one_message_shortly_before(cast, background, clock, settings):
    number = new_phone()
    await a_text(cast.irina, text="{company}: подходит срок: {what}, {day}")
    client_id, site_id = await a_card(cast, contacts=[phone(number)])
    await agrees(cast, client_id, number)
    await background.run()
    await needs(cast, client_id, site_id, maintenance=date(2026, 3, 25), net=date(2026, 4, 4))
    await released(cast.sergei, BEFORE, audience={"trigger": "track", "days_before": 40})

    await background.run()
    assert [one[:2] for one in await ends(cast.olga, client_id)] == [("before", "planned")]
    clock.moment = NOON + 3 * DAY
    await background.run()

    assert [line["text"] for line in lines_to(settings, number)] == [
        "Окна Плюс: подходит срок: обслуживание и регулировка, москитные сетки, 25 марта"
    ]
    clock.moment = NOON + 4 * DAY
    await background.run()
    assert len(await touches(cast.olga, client_id)) == 1


async def test_a_need_that_moves_ends_the_plan_and_the_new_day_brings_the_client_in_again(
    cast, background, clock
):
    await a_text(cast.irina)
    client_id, site_id = await a_card(cast)
    await background.run()
    await needs(cast, client_id, site_id, maintenance=date(2026, 3, 30))
    await released(cast.sergei, BEFORE, audience={"trigger": "track", "days_before": 40})
    await background.run()

    await moves(cast, client_id, date(2026, 4, 12))
    clock.moment = NOON + 9 * DAY
    await background.run()

    assert await in_plans(cast.olga, client_id) == [("open", None), ("ended", "need_gone")]


@pytest.mark.covers("R40")
async def test_who_belongs_to_a_plan_already_comes_in_when_somebody_says_so(cast, background):
    await a_text(cast.irina)
    lead = await a_client(cast.olga, source="сайт")
    other = await a_client(cast.olga, contacts=[phone("8 (903) 700-00-01")], source="друзья")
    for one in (lead, other):
        body = {"client_id": one["id"], "channel": "phone", "phone": "+79031234567", "text": "Окна"}
        await cast.olga.post("/requests", body)
    await background.run()
    lives = [await ok(await cast.olga.get(f"/crm/lives/{one['id']}")) for one in (lead, other)]
    statuses = sorted({one["life"]["status"]["status"] for one in lives})
    plan = await released(
        cast.sergei,
        {"code": "call", "task": CALL},
        audience={
            "trigger": "status",
            "statuses": statuses,
            "only_if": [{"name": "source", "any_of": ["сайт"]}],
        },
    )
    await background.run()
    assert await in_plans(cast.olga, lead["id"]) == []

    await ok_empty(await cast.sergei.post(f"/crm/plans/{plan['id']}/take-in"))
    await background.run()
    await ok_empty(await cast.sergei.post(f"/crm/plans/{plan['id']}/take-in"))
    await background.run()

    assert await in_plans(cast.olga, lead["id"]) == [("open", None)]
    assert await in_plans(cast.olga, other["id"]) == []


async def ok_empty(answer):
    assert answer.status_code == 204, answer.text


async def test_of_two_cards_of_one_client_one_goes_on(cast, background, clock):
    await a_text(cast.irina, legal_class="service")
    await released(cast.sergei, {"code": "write", "delay": {"amount": 2}, "message": WRITE})
    one = await a_client(cast.olga)
    two = await a_client(cast.olga, name="Аня", contacts=[phone("8 (903) 700-00-02")])
    for card in (one, two):
        await a_proposal(cast, card["id"])
        await background.run()

    await ok(await cast.olga.post(f"/clients/{one['id']}/merge", {"merged_id": two["id"], "reason": "Одна"}))
    clock.moment = NOON + 3 * DAY
    await background.run()

    assert sorted(await in_plans(cast.olga, one["id"])) == [("ended", "finished"), ("ended", "merged")]
    assert sorted(await ends(cast.olga, one["id"])) == [
        ("write", "sent", None, ""),
        ("write", "skipped", "stopped", "merged"),
    ]


async def test_a_message_that_would_wait_for_the_morning_becomes_a_task_where_the_plan_says_so(
    cast, background, clock
):
    clock.moment = NOON + 10 * HOUR
    await a_text(cast.irina)
    await released(
        cast.sergei,
        {"code": "write", "message": WRITE | {"on_quiet": "task"}},
        {"code": "other", "message": WRITE | {"on_quiet": "skip"}},
    )
    client = await a_client(cast.olga)
    await agrees(cast, client["id"])
    await a_proposal(cast, client["id"])
    await background.run()
    clock.moment += timedelta(minutes=2)
    await background.run()

    assert sorted(await ends(cast.olga, client["id"])) == [
        ("other", "skipped", "quiet", ""),
        ("write", "open", "quiet", ""),
    ]


async def test_who_is_in_a_plan_keeps_its_version_until_somebody_takes_him_over(cast, background, clock):
    await a_text(cast.irina, legal_class="service")
    plan = await released(
        cast.sergei,
        {"code": "write", "delay": {"amount": 2}, "message": WRITE},
        {"code": "call", "delay": {"amount": 3}, "task": CALL},
    )
    client = await a_client(cast.olga)
    await a_proposal(cast, client["id"])
    await background.run()
    steps = [{"code": "letter", "delay": {"amount": 2}, "message": WRITE}]
    path = f"/crm/plans/{plan['id']}"
    draft = plan["draft"] | {"steps": steps}
    plan = await ok(await cast.sergei.patch(path, {"content": draft}, if_match=f'"{plan["version"]}"'))
    await ok(await cast.sergei.post(f"{path}/publish", {}, if_match=f'"{plan["version"]}"'))
    await background.run()
    assert [one[0] for one in await ends(cast.olga, client["id"])] == ["write", "call"]

    wrong = await cast.sergei.post(f"{path}/move-clients", {"steps": {"write": "sms"}})
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (422, "plan_step_unknown")
    moved = await ok(await cast.sergei.post(f"{path}/move-clients", {"steps": {"write": "letter"}}))
    clock.moment = NOON + 3 * DAY
    await background.run()

    assert moved == {"clients": 1, "left": 0}
    assert sorted(await ends(cast.olga, client["id"])) == [
        ("call", "skipped", "stopped", "step_gone"),
        ("letter", "sent", None, ""),
    ]
    assert await in_plans(cast.olga, client["id"]) == [("ended", "finished")]
