"""From a need that comes due to a booked visit: proposed, released by a person, sent, answered, booked."""

from datetime import timedelta
from uuid import UUID

import pytest

from app.core.ids import uuid7
from app.crm.facts.values import Fact, FactKind
from tests.cast import NOON
from tests.clients.consents import MOBILE, agreed, published, stopped
from tests.clients.given import phone
from tests.clients.test_inbound import inbox, wrote
from tests.crm.given import a_card, ok
from tests.crm.test_statuses import bought, told
from tests.dispatch.given import TOMORROW
from tests.notifications.test_templates import create

DUE_SOON = timedelta(days=340)
"""Maintenance is yearly, and may be done 60 days before."""
INVITE = {
    "kind": "due_invite",
    "legal_class": "marketing",
    "draft": {
        "ru": {
            "sms": "{client}, {due} пора: {what}. Записать вас? Ответьте ДА, НЕТ или ПЕРЕНЕСТИ. {company}"
        },
        "variables": {
            "company": {"ru": ["Окна"]},
            "client": {"ru": ["Анна"]},
            "what": {"ru": ["регулировка"]},
            "due": {"ru": ["2 марта"]},
        },
    },
}
RELEASE = {"name": "Весна", "template_kind": "due_invite"}


async def a_due_client(
    cast, number: str = MOBILE, *, ago: timedelta = DUE_SOON, agrees=True, **fields
) -> str:
    """Somebody whose maintenance comes due."""
    card, site = await a_card(cast, contacts=[phone(number)], **fields)
    await told(cast, card, bought(NOON - ago, site_id=UUID(site)), NOON)
    if agrees:
        await agreed(cast.olga, card, number)
    return card


async def the_texts(cast) -> None:
    await published(cast.irina)
    await create(cast.irina, INVITE, published=True)


async def proposed(cast, **body) -> int:
    return (await ok(await cast.marina.post("/crm/invitations/propose", body)))["proposed"]


async def released(cast, **body) -> dict:
    return await ok(await cast.sergei.post("/crm/invitations/release", RELEASE | body))


async def invitation_of(cast, client_id: str) -> dict:
    """The newest."""
    found = await ok(await cast.olga.get(f"/crm/invitations/?client_id={client_id}"))
    assert all(one["client_name"] for one in found["items"])
    return found["items"][0]


async def status_of(cast, client_id: str) -> tuple[str, str]:
    one = await invitation_of(cast, client_id)
    return one["status"], one["reason"]


async def an_invited_client(cast, background, clock, **fields) -> str:
    """The message has reached her."""
    await the_texts(cast)
    anna = await a_due_client(cast, **fields)
    await proposed(cast)
    assert (await released(cast))["released"] == 1
    clock.advance(minutes=1)
    await background.run()
    assert await status_of(cast, anna) == ("sent", "")
    return anna


async def a_job(cast, client_id: str, **fields) -> dict:
    sites = await ok(await cast.olga.get(f"/clients/{client_id}/sites"))
    body = {
        "job_type_id": str(cast.installation_type_id),
        "client_id": client_id,
        "site_id": sites["items"][0]["id"],
    }
    return await ok(await cast.olga.post("/jobs", body | fields))


async def a_visit(cast, job: dict) -> dict:
    body = {"starts_at": TOMORROW.isoformat(), "duration_min": 60}
    return await ok(await cast.olga.post(f"/jobs/{job['id']}/visits", body))


@pytest.mark.covers("R107", "R109")
async def test_a_need_comes_due_she_is_invited_answers_yes_by_sms_and_a_visit_is_booked(
    cast, background, clock, anonymous
):
    anna = await an_invited_client(cast, background, clock)
    messages = await ok(await cast.olga.get("/messages/?kind=due_invite"))
    clock.advance(hours=1)
    await wrote(anonymous, cast, "Да, хорошо")
    await background.run()
    answered = await invitation_of(cast, anna)
    requests = await ok(await cast.olga.get(f"/requests?client_id={anna}"))
    job = await a_job(cast, anna)
    await a_visit(cast, job)
    await background.run()
    booked = await invitation_of(cast, anna)

    assert messages["items"][0]["body"].startswith("Анна")
    assert "27 марта пора: обслуживание и регулировка" in messages["items"][0]["body"]
    assert (answered["status"], answered["answer"], answered["words"]) == ("answered", "yes", "Да, хорошо")
    assert answered["released_by"] == str(cast.sergei.id)
    assert [(one["id"], one["comment"], one["status"]) for one in requests["items"]] == [
        (answered["request_id"], "Да, хорошо", "new")
    ]
    assert await inbox(cast.olga) == []
    assert (booked["status"], booked["job_id"]) == ("booked", job["id"])


@pytest.mark.covers("R107")
@pytest.mark.parametrize(
    ("text", "status", "answer", "requests", "unread"),
    [
        ("Нет, спасибо", "answered", "no", 0, 0),
        ("Перенести", "answered", "move", 1, 0),
        ("А сколько это стоит?", "sent", None, 0, 1),
    ],
)
async def test_an_answer_by_sms_does_what_it_means_and_a_question_lies_before_a_person(
    cast, background, clock, anonymous, text, status, answer, requests, unread
):
    anna = await an_invited_client(cast, background, clock)
    await wrote(anonymous, cast, text)
    await background.run()
    found = await invitation_of(cast, anna)

    assert (found["status"], found["answer"]) == (status, answer)
    assert len((await ok(await cast.olga.get(f"/requests?client_id={anna}")))["items"]) == requests
    assert len(await inbox(cast.olga)) == unread
    clock.advance(days=3)
    assert await proposed(cast) == 0  # nobody is asked twice for the same


@pytest.mark.covers("R109")
async def test_whoever_has_booked_or_asked_is_not_proposed_and_falls_out_when_it_is_released(
    cast, background
):
    await the_texts(cast)
    anna = await a_due_client(cast)
    boris = await a_due_client(cast, "+79031234568", name="Борис")
    vera = await a_due_client(cast, "+79031234569", name="Вера")
    gleb = await a_due_client(cast, "+79031234570", name="Глеб")
    await a_job(cast, anna)
    await ok(await cast.olga.post("/requests", {"channel": "phone", "phone": "+79031234568"}))
    candidates = await ok(await cast.olga.get("/crm/invitations/candidates"))
    first = await proposed(cast)
    await a_job(cast, vera)

    found = await released(cast)

    assert {one["client_id"] for one in candidates["items"]} == {vera, gleb}
    assert first == 2
    assert found | {"batch_id": None} == {
        "batch_id": None,
        "released": 1,
        "booked": 1,
        "not_due": 0,
        "no_consent": 0,
        "no_time": 0,
    }
    assert await status_of(cast, vera) == ("withdrawn", "booked")
    assert (await status_of(cast, gleb))[0] == "released"
    listed = await ok(await cast.olga.get(f"/crm/invitations/?client_id={boris}"))
    assert listed["items"] == []


@pytest.mark.covers("R109")
@pytest.mark.parametrize("hears", [True, False])
async def test_whoever_books_before_the_message_leaves_gets_none(cast, background, clock, hears):
    """Also if the sender is faster than whoever hears of the booking."""
    await the_texts(cast)
    anna = await a_due_client(cast)
    await proposed(cast)
    await released(cast)
    await a_visit(cast, await a_job(cast, anna))
    clock.advance(minutes=1)
    await background.sweep(*(("relay", "delivery") if hears else ("message",)))
    await background.run()

    [message] = (await ok(await cast.olga.get("/messages/?kind=due_invite")))["items"]
    assert (message["status"], message["status_reason"]) == ("suppressed", "booked")
    assert await status_of(cast, anna) == ("withdrawn", "booked")


@pytest.mark.covers("R107")
async def test_without_consent_nobody_is_released_and_a_stop_in_time_withdraws(cast, background, clock):
    await the_texts(cast)
    await a_due_client(cast, agrees=False)
    boris = await a_due_client(cast, "+79031234568", name="Борис")
    await proposed(cast)
    found = await released(cast)
    await stopped(cast.olga, boris)
    clock.advance(minutes=1)
    await background.run()

    assert (found["released"], found["no_consent"]) == (1, 1)
    assert await status_of(cast, boris) == ("withdrawn", "stop")


@pytest.mark.covers("R107")
async def test_no_more_are_released_than_the_people_of_the_next_days_can_come_to(cast, superuser):
    """Only Pavel works, and has two hours left tomorrow: room for one visit of an hour with its way."""
    await the_texts(cast)
    await superuser.execute("DELETE FROM shift WHERE company_id = $1", cast.company_id)
    shift = {"starts_at": TOMORROW.isoformat(), "ends_at": (TOMORROW + timedelta(hours=2)).isoformat()}
    await ok(await cast.olga.post(f"/workers/{cast.pavel.id}/shifts", {"periods": [shift]}))
    late = await a_due_client(cast, ago=timedelta(days=400))
    await a_due_client(cast, "+79031234568", name="Борис")
    await proposed(cast)

    first = await released(cast)
    second = await released(cast)

    assert (first["released"], first["no_time"]) == (1, 1)
    assert (await status_of(cast, late))[0] == "released"
    assert (second["released"], second["no_time"], second["batch_id"]) == (0, 1, None)


@pytest.mark.covers("R107", "R109")
async def test_the_office_answers_for_a_client_withdraws_and_refuses_what_is_over(cast, background, clock):
    anna = await an_invited_client(cast, background, clock)
    boris = await a_due_client(cast, "+79031234568", name="Борис")
    await proposed(cast)
    of_anna, of_boris = [await invitation_of(cast, one) for one in (anna, boris)]
    path = f"/crm/invitations/{of_anna['id']}"

    said = await ok(await cast.marina.post(f"{path}/answer", {"answer": "move", "words": "в мае"}))
    again = await ok(await cast.marina.post(f"{path}/answer", {"answer": "no", "words": "передумала"}))
    over = await cast.marina.post(f"{path}/answer", {"answer": "yes"})
    struck = await ok(
        await cast.marina.post(f"/crm/invitations/{of_boris['id']}/withdraw", {"reason": "Переехал"})
    )
    await background.run()

    assert (said["answer"], said["answered_by"]) == ("move", str(cast.marina.id))
    assert (again["answer"], again["request_id"]) == ("no", said["request_id"])
    assert (over.status_code, over.json()["code"]) == (409, "invitation_over")
    assert (struck["status"], struck["reason"]) == ("withdrawn", "Переехал")
    assert await proposed(cast) == 0
    counts = await ok(await cast.olga.get("/crm/invitations/counts?from=2026-03-01&to=2026-04-01"))
    assert [(one["status"], one["invitations"]) for one in counts["items"]] == [
        ("answered", 1),
        ("withdrawn", 1),
    ]


@pytest.mark.covers("R107")
async def test_whoever_does_not_answer_in_time_is_not_invited_any_more(cast, background, clock):
    anna = await an_invited_client(cast, background, clock, ago=timedelta(days=450))
    clock.advance(days=10)
    await background.run()

    assert await status_of(cast, anna) == ("expired", "")
    assert await proposed(cast) == 0


@pytest.mark.covers("R107")
async def test_the_product_proposes_each_morning_if_it_is_told_to(cast, background, clock):
    anna = await a_due_client(cast, agrees=False)
    off = await ok(await cast.olga.get("/crm/invitations/settings"))
    forbidden = await cast.olga.put("/crm/invitations/settings", {"is_on": True})
    told_to = await ok(await cast.sergei.put("/crm/invitations/settings", {"is_on": True}))
    before = await ok(await cast.olga.get("/crm/invitations/"))
    clock.advance(hours=18)
    await background.run()
    after = await ok(await cast.olga.get("/crm/invitations/settings"))

    assert (off["is_on"], forbidden.status_code, before["items"]) == (False, 403, [])
    assert told_to["propose_at"].startswith("2026-03-03T03:00")
    assert after["propose_at"].startswith("2026-03-04T03:00")
    assert (await status_of(cast, anna))[0] == "proposed"


async def test_whoever_was_disappointed_gets_no_advertising(cast):
    anna = await a_due_client(cast, agrees=False)
    await told(cast, anna, [Fact(FactKind.DISAPPOINTMENT_NOTED, NOON, uuid7(), detail={"severity": 3})], NOON)

    assert await proposed(cast) == 0


async def test_needs_of_a_merged_card_are_invited_once(cast):
    anna = await a_due_client(cast, agrees=False)
    other = await a_due_client(cast, "+79031234568", ago=timedelta(days=345), agrees=False)
    await ok(await cast.irina.post(f"/clients/{anna}/merge", {"merged_id": other, "reason": "Один человек"}))
    await told(cast, other, [Fact(FactKind.CLIENT_KNOWN, NOON, uuid7())], NOON)

    assert await proposed(cast) == 1
    assert len((await invitation_of(cast, anna))["needs"]) == 2


@pytest.mark.covers("R109")
async def test_what_was_asked_on_a_card_that_was_merged_is_not_asked_again(cast):
    anna, _ = await a_card(cast)
    other = await a_due_client(cast, "+79031234568", agrees=False)
    assert await proposed(cast) == 1
    await ok(await cast.irina.post(f"/clients/{anna}/merge", {"merged_id": other, "reason": "Один человек"}))
    await told(cast, other, [Fact(FactKind.CLIENT_KNOWN, NOON, uuid7())], NOON)

    assert await proposed(cast) == 0
    no = {"answer": "no", "words": "Не надо"}
    await ok(await cast.olga.post(f"/crm/invitations/{(await invitation_of(cast, other))['id']}/answer", no))
    assert await proposed(cast) == 0


async def test_without_a_published_advertising_text_nobody_is_released(cast):
    answer = await cast.sergei.post("/crm/invitations/release", RELEASE)

    assert (answer.status_code, answer.json()["code"]) == (422, "invitation_text_missing")
    forbidden = await cast.olga.post("/crm/invitations/release", RELEASE)
    unknown = await cast.olga.get(f"/crm/invitations/{uuid7()}")
    assert (forbidden.status_code, unknown.status_code) == (403, 404)
