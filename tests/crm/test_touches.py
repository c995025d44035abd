"""Clients in plans: every planned contact ends sent, done, skipped or failed, and says why."""

from datetime import timedelta

import pytest

from app.clients.consents.policies import Refusal
from app.core.i18n import LANGS, has_text
from app.crm.invites.policies import NotInvited
from app.crm.touches.policies.judging import Reason
from app.notifications.gate.policies import Reason as WhyHeld
from tests.cast import NOON
from tests.clients.consents import stopped
from tests.clients.given import a_client, phone
from tests.crm.given import a_booked_job, a_card, ok
from tests.crm.plans import (
    CALL,
    WRITE,
    a_proposal,
    a_text,
    agrees,
    ends,
    in_plans,
    released,
    touches,
)
from tests.notifications.stories import lines_to, new_phone

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def number():
    """Anna’s phone. What was sent to it stands in a file of all tests."""
    return new_phone()


def texts_to(settings, number):
    return [line["text"] for line in lines_to(settings, number)]


@pytest.mark.covers("R23", "R26", "R31", "R32")
async def test_who_left_to_think_is_called_then_written_to_then_called_again(
    cast, background, clock, settings, number
):
    await a_text(cast.irina)
    await released(
        cast.sergei,
        {"code": "call", "delay": {"amount": 1, "at_local": "11:00"}, "task": CALL},
        {"code": "write", "delay": {"amount": 4, "at_local": "12:00"}, "message": WRITE},
        {
            "code": "last",
            "after": "write",
            "delay": {"amount": 6, "anchor": "previous", "at_local": "11:00"},
            "task": CALL,
        },
        stops=["proposal_answered"],
    )
    client = await a_client(cast.olga, contacts=[phone(number)])
    await agrees(cast, client["id"], number)
    proposal = await a_proposal(cast, client["id"])
    await background.run()
    assert await ends(cast.olga, client["id"]) == [
        ("call", "planned", None, ""),
        ("write", "planned", None, ""),
    ]

    clock.moment = NOON + DAY
    await background.run()
    [call, _] = await touches(cast.olga, client["id"])
    task = await ok(await cast.olga.get(f"/crm/tasks/{call['task_id']}"))
    assert (task["holder_id"], task["why"]) == (str(cast.olga.id), "Выполните шаг плана «План plan».")
    await ok(await cast.olga.post(f"/crm/tasks/{task['id']}/outcome", {"outcome": "done"}))
    clock.moment = NOON + 4 * DAY
    await background.run()

    assert texts_to(settings, number) == ["Окна Плюс: Анна Сергеевна, это invite."]
    assert await ends(cast.olga, client["id"]) == [
        ("call", "done", None, ""),
        ("write", "sent", None, ""),
        ("last", "planned", None, ""),
    ]
    answer = {"answer": "refused", "reason": "Дорого", "loss_reason": "price"}
    await ok(await cast.olga.post(f"/crm/proposals/{proposal['id']}/answers", answer))
    await background.run()
    assert (await ends(cast.olga, client["id"]))[-1] == ("last", "skipped", "stopped", "proposal_answered")
    assert await in_plans(cast.olga, client["id"]) == [("ended", "proposal_answered")]
    assert (await touches(cast.olga, client["id"]))[-1]["why"] == (
        "План для клиента закончился: клиент ответил на предложение."
    )


@pytest.mark.covers("R39")
async def test_without_consent_advertising_becomes_a_talk_and_after_a_stop_nothing(cast, background, clock):
    await a_text(cast.irina)
    await released(cast.sergei, {"code": "write", "message": WRITE}, stops=["purchase_made"])
    silent = await a_client(cast.olga)
    other = phone("8 (903) 765-43-21")
    gone = await a_client(cast.olga, name="Пётр", surname="Гусев", contacts=[other])
    await agrees(cast, gone["id"], "+79037654321")
    for one in (silent, gone):
        await a_proposal(cast, one["id"])
    await stopped(cast.olga, gone["id"])
    await background.run()

    assert await ends(cast.olga, silent["id"]) == [("write", "open", "consent", "")]
    [talk] = await touches(cast.olga, silent["id"])
    task = await ok(await cast.olga.get(f"/crm/tasks/{talk['task_id']}"))
    assert (task["channel"], task["kind"]) == ("talk", "task_speak_about")
    assert await ends(cast.olga, gone["id"]) == [("write", "skipped", "stop", "")]


async def test_a_client_without_a_phone_is_skipped_and_one_without_the_condition_too(cast, background, clock):
    await a_text(cast.irina, legal_class="service")
    await released(
        cast.sergei,
        {"code": "write", "conditions": [{"name": "source", "any_of": ["сайт"]}], "message": WRITE},
    )
    of_site = await a_client(cast.olga, contacts=[], source="сайт")
    of_friends = await a_client(cast.olga, source="друзья")
    for one in (of_site, of_friends):
        await a_proposal(cast, one["id"])
    await background.run()

    assert await ends(cast.olga, of_site["id"]) == [("write", "skipped", "contact", "")]
    assert await ends(cast.olga, of_friends["id"]) == [("write", "skipped", "condition", "source")]
    [shown] = await touches(cast.olga, of_friends["id"])
    assert shown["why"] == "Условие шага не выполнено: источник клиента."


@pytest.mark.covers("R23", "R56")
async def test_who_only_supplies_by_now_is_skipped_and_holds_up_nobody_else(
    cast, background, clock, settings, number
):
    await a_text(cast.irina)
    await released(
        cast.sergei, {"code": "write", "delay": {"amount": 1, "at_local": "12:00"}, "message": WRITE}
    )
    plant, anna = [(await a_client(cast.olga, contacts=[phone(one)]))["id"] for one in (new_phone(), number)]
    await agrees(cast, anna, number)
    for client_id in (plant, anna):
        await a_proposal(cast, client_id)
    await background.run()
    only_supplies = {"is_buyer": False, "is_supplier": True}
    await ok(await cast.olga.patch(f"/clients/{plant}", only_supplies, if_match='"1"'))
    clock.moment = NOON + 2 * DAY
    await background.run()

    assert await ends(cast.olga, plant) == [("write", "skipped", "supplier", "")]
    assert len(texts_to(settings, number)) == 1


@pytest.mark.covers("R23")
def test_whatever_forbids_a_message_is_a_reason_of_a_touch_with_its_words():
    forbidding = {str(one) for words in (Refusal, WhyHeld, NotInvited) for one in words}
    untold = {
        (lang, one) for lang in LANGS for one in Reason if not has_text(lang, "touches", f"touch_{one}")
    }

    assert forbidding - set(Reason) == {NotInvited.WAITS}
    assert untold == set()


async def test_a_message_that_waits_for_the_morning_is_stopped_when_the_client_books(
    cast, background, clock, settings, number
):
    """It was true when it was queued, and is not when it would go."""
    clock.moment = NOON + 9 * HOUR  # 21:00 in Moscow
    await a_text(cast.irina)
    await released(cast.sergei, {"code": "write", "message": WRITE}, stops=["booking_created"])
    client_id, site_id = await a_card(cast, contacts=[phone(number)])
    await agrees(cast, client_id, number)
    await a_proposal(cast, client_id)
    await background.run()
    assert await ends(cast.olga, client_id) == [("write", "queued", None, "")]

    clock.moment += HOUR
    await a_booked_job(cast, client_id, site_id, starts_at=NOON + 3 * DAY)
    await background.sweep("message")
    clock.moment = NOON + DAY
    await background.run()

    assert not any("invite" in said for said in texts_to(settings, number))
    assert await ends(cast.olga, client_id) == [("write", "skipped", "stopped", "booking_created")]


async def test_the_sender_itself_finds_out_that_a_message_is_no_longer_true(
    cast, background, clock, settings
):
    """Even if nobody has heard yet of what happened: the claim reads how things stand."""
    clock.moment = NOON + 9 * HOUR
    await a_text(cast.irina)
    await released(
        cast.sergei,
        {"code": "write", "conditions": [{"name": "nothing_booked"}], "message": WRITE},
        stops=["purchase_made"],
    )
    client_id, site_id = await a_card(cast)
    await agrees(cast, client_id)
    await a_proposal(cast, client_id)
    await background.run()
    await a_booked_job(cast, client_id, site_id, starts_at=NOON + 5 * DAY)

    clock.moment = NOON + DAY
    await background.sweep("message")
    await background.run()

    assert await ends(cast.olga, client_id) == [("write", "skipped", "condition", "nothing_booked")]


@pytest.mark.covers("R30")
async def test_a_plan_branches_on_the_answer_about_quality_or_ignores_it(cast, background, clock):
    await a_text(cast.irina, "offer", legal_class="service", text="{company}: предложение")
    await released(
        cast.sergei,
        {
            "code": "good",
            "delay": {"amount": 1},
            "conditions": [{"name": "quality", "any_of": ["yes"]}],
            "message": {"template": "offer", "channels": [{"channel": "sms"}]},
        },
        {
            "code": "bad",
            "delay": {"amount": 1},
            "conditions": [{"name": "quality", "any_of": ["no", "partly"]}],
            "task": CALL,
        },
        {
            "code": "either",
            "delay": {"amount": 2, "at_local": "12:00"},
            "message": {"template": "offer", "channels": [{"channel": "sms"}]},
        },
        stops=["replied"],
    )
    client_id, site_id = await a_card(cast)
    visit = await a_booked_job(cast, client_id, site_id, starts_at=NOON + HOUR)
    await a_proposal(cast, client_id)
    await background.run()
    await ok(await cast.olga.post(f"/crm/visits/{visit.id}/quality-answers", {"answer": "partly"}))

    clock.moment = NOON + 2 * DAY + HOUR
    await background.run()

    assert sorted(await ends(cast.olga, client_id)) == [
        ("bad", "open", None, ""),
        ("either", "sent", None, ""),
        ("good", "skipped", "condition", "quality"),
    ]


@pytest.mark.covers("R34")
async def test_a_reminder_comes_as_often_as_the_plan_says_and_then_the_plan_is_over(
    cast, background, clock, settings, number
):
    await a_text(cast.irina)
    await released(
        cast.sergei,
        {
            "code": "remind",
            "delay": {"amount": 1, "at_local": "12:00"},
            "repeat": {"every": {"amount": 2, "unit": "month"}, "times": 3},
            "message": WRITE,
        },
    )
    client = await a_client(cast.olga, contacts=[phone(number)])
    await agrees(cast, client["id"], number)
    await a_proposal(cast, client["id"])
    for days in (0, 1, 62, 63, 123, 200, 300):
        clock.moment = NOON + days * DAY
        await background.run()

    assert len(texts_to(settings, number)) == 3
    assert await in_plans(cast.olga, client["id"]) == [("ended", "finished")]


async def test_a_plan_that_is_held_up_sends_nothing_and_goes_on_when_it_is_released(
    cast, background, clock, settings, number
):
    await a_text(cast.irina, legal_class="service")
    plan = await released(
        cast.sergei, {"code": "write", "delay": {"amount": 1}, "message": WRITE, "lives": {"amount": 9}}
    )
    client = await a_client(cast.olga, contacts=[phone(number)])
    await a_proposal(cast, client["id"])
    await background.run()
    plan = await ok(await cast.sergei.post(f"/crm/plans/{plan['id']}/pause", if_match=f'"{plan["version"]}"'))
    clock.moment = NOON + 2 * DAY
    await background.run()
    assert [one[1] for one in await ends(cast.olga, client["id"])] == ["planned"]
    assert (await touches(cast.olga, client["id"]))[0]["why"] == "План приостановлен."

    await ok(await cast.sergei.post(f"/crm/plans/{plan['id']}/release", if_match=f'"{plan["version"]}"'))
    clock.moment += 2 * HOUR
    await background.run()

    assert len(texts_to(settings, number)) == 1


async def test_the_control_group_gets_no_advertising_and_is_counted_beside_the_others(
    cast, background, clock
):
    await a_text(cast.irina)
    plan = await released(
        cast.sergei,
        {"code": "write", "message": WRITE},
        holdout_bp=5_000,
        goal={"event": "replied", "within_days": 30},
    )
    for n in range(8):
        number = phone(f"8 (903) 555-00-{n:02}")
        client = await a_client(cast.olga, name=f"Клиент {n}", contacts=[number])
        await a_proposal(cast, client["id"])
    await background.run()

    results = await ok(await cast.olga.get(f"/crm/plans/{plan['id']}/results"))
    counts = {one["reason"]: one["touches"] for one in results["steps"]}
    assert results["treated"]["clients"] + results["control"]["clients"] == 8
    assert counts.get("control", 0) == results["control"]["clients"]


@pytest.mark.covers("R35")
async def test_an_occasion_brings_its_audience_into_the_plan_on_its_day(cast, background, clock):
    await a_text(cast.irina)
    plan = await released(cast.sergei, {"code": "write", "message": WRITE}, audience={"trigger": "occasion"})
    client = await a_client(cast.olga)
    await background.run()
    body = {"name": "Выставка", "on_day": "2026-03-04", "plan_id": plan["id"]}
    past = await cast.sergei.post("/crm/occasions", body | {"on_day": "2026-03-01"})
    assert (past.status_code, past.json()["code"]) == (422, "occasion_past")
    added = await ok(await cast.sergei.post("/crm/occasions", body))
    dropped = await ok(await cast.sergei.post("/crm/occasions", body | {"name": "Акция"}))
    await ok(await cast.sergei.post(f"/crm/occasions/{dropped['id']}/cancel"))

    await background.run()
    assert await touches(cast.olga, client["id"]) == []
    clock.moment = NOON + 2 * DAY
    await background.run()

    assert await ends(cast.olga, client["id"]) == [("write", "open", "consent", "")]
    calendar = (await ok(await cast.olga.get("/crm/occasions")))["items"]
    assert {(one["id"], one["clients"], one["is_over"]) for one in calendar} == {
        (added["id"], 1, True),
        (dropped["id"], 0, True),
    }


async def test_a_person_ends_a_plan_for_one_client(cast, background, clock):
    await a_text(cast.irina)
    await released(cast.sergei, {"code": "call", "task": CALL})
    client = await a_client(cast.olga)
    await a_proposal(cast, client["id"])
    await background.run()
    [inside] = (await ok(await cast.olga.get(f"/crm/clients/{client['id']}/plans")))["items"]

    await ok(await cast.olga.post(f"/crm/plan-enrolments/{inside['id']}/end"))
    again = await cast.olga.post(f"/crm/plan-enrolments/{inside['id']}/end")
    await background.run()

    assert (again.status_code, again.json()["code"]) == (409, "enrolment_over")
    assert await ends(cast.olga, client["id"]) == [("call", "skipped", "stopped", "by_hand")]
    tasks = (await ok(await cast.olga.get(f"/crm/tasks?client_id={client['id']}")))["items"]
    assert [one["status"] for one in tasks] == ["dropped"]


@pytest.mark.covers("R53")
async def test_a_birthday_of_which_only_month_and_day_are_known_has_its_touch(cast, background, clock):
    await released(cast.sergei, {"code": "call", "delay": {"amount": 0, "anchor": "birthday"}, "task": CALL})
    clients = [await a_client(cast.olga, contacts=[], birthday=day) for day in ("02-29", None)]
    for client in clients:
        await a_proposal(cast, client["id"])

    await background.run()

    [planned] = await touches(cast.olga, clients[0]["id"])
    assert (planned["status"], planned["due_at"]) == ("planned", "2027-02-28T07:00:00Z")
    assert [one["due_at"] for one in await touches(cast.olga, clients[1]["id"])] in ([], [None])
