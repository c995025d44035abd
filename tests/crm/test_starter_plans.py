"""The plans that the product brings along, played over time: what goes out, to whom, when, and what stops it."""

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import msgspec
import pytest

from app.core.ids import uuid7
from app.crm.facts.values import Fact, FactKind
from tests.cast import NOON
from tests.clients.consents import agreed, published
from tests.clients.given import email, phone
from tests.crm.given import a_card, ok
from tests.crm.plans import CALL, a_proposal, ends, released, touches
from tests.crm.test_statuses import bought, told
from tests.notifications.stories import lines_to, new_phone
from tests.notifications.test_templates import create

DAY = timedelta(days=1)


async def is_released(cast, code: str) -> None:
    """A plan of the product as it is, with its texts as they are, and nobody held out of it."""
    found = (await ok(await cast.olga.get("/crm/plans")))["items"]
    plan = next(one for one in found if one["code"] == code)
    kinds = {step["message"]["template"] for step in plan["draft"]["steps"] if step["message"]}
    for text in (await ok(await cast.olga.get("/message-templates")))["items"]:
        if text["kind"] in kinds:
            path = f"/message-templates/{text['id']}/publish"
            await ok(await cast.irina.post(path, if_match=f'"{text["version"]}"'))
    path = f"/crm/plans/{plan['id']}"
    draft = plan["draft"] | {"holdout_bp": 0}
    plan = await ok(await cast.sergei.patch(path, {"content": draft}, if_match=f'"{plan["version"]}"'))
    for command, sent in (("publish", {}), ("release", None)):
        plan = await ok(await cast.sergei.post(f"{path}/{command}", sent, if_match=f'"{plan["version"]}"'))


async def a_newcomer(cast, *, is_interested: bool = True, **fields) -> tuple[str, str, UUID]:
    """She bought for the first time at noon, and agrees to advertising."""
    number = new_phone()
    card, site = await a_card(cast, contacts=[phone(number)], **fields)
    await agreed(cast.olga, card, number)
    facts = bought(NOON, site_id=UUID(site))
    if is_interested:
        facts.append(Fact(FactKind.INTEREST_NOTED, NOON, uuid7(), categories=["net"]))
    await told(cast, card, facts, NOON)
    return card, number, UUID(site)


async def a_year_goes_by(cast, background, clock, *days: int) -> None:
    for day in days:
        clock.moment = NOON + day * DAY
        await background.run()


def said(settings, number: str, part: str) -> int:
    return sum(part in line["text"] for line in lines_to(settings, number))


def subjects_to(settings, address: str) -> list[str]:
    letters = [msgspec.json.decode(one) for one in Path(settings.email_file).read_bytes().splitlines()]
    return [one["subject"] for one in letters if one["to"] == address]


REVIEW, OFFER, INVITE = "расскажите о нашей работе", "о другой нашей услуге", "подходит срок"


@pytest.mark.covers("R23", "R24", "R27", "R28", "R29")
async def test_a_newcomer_is_asked_for_a_review_offered_something_and_reminded_until_she_buys(
    cast, background, clock, settings
):
    await published(cast.irina)
    await is_released(cast, "newcomer")
    anna, her_phone, _ = await a_newcomer(cast)
    boris, his_phone, his_site = await a_newcomer(cast, name="Борис", is_interested=False)
    await a_year_goes_by(cast, background, clock, 0, 1, 2, 3)
    first = {one: (said(settings, her_phone, one), said(settings, his_phone, one)) for one in (REVIEW, OFFER)}
    await a_year_goes_by(cast, background, clock, 30, 32)
    reviews = said(settings, her_phone, REVIEW), said(settings, his_phone, REVIEW)
    await told(cast, boris, bought(clock.now(), site_id=his_site), clock.now())
    shift = [(NOON + day * DAY).isoformat() for day in (337, 337.3)]
    await ok(
        await cast.olga.post(
            f"/workers/{cast.pavel.id}/shifts", {"periods": [{"starts_at": shift[0], "ends_at": shift[1]}]}
        )
    )
    await a_year_goes_by(cast, background, clock, 334, 335, 336, 350, 365)  # the 335th is a Sunday

    assert first == {REVIEW: (0, 0), OFFER: (1, 0)}  # one question in 30 days: the review waits for it
    assert reviews == (1, 1)
    assert (said(settings, her_phone, INVITE), said(settings, his_phone, INVITE)) == (3, 0)
    of_boris = {
        step: (status, reason, detail) for step, status, reason, detail in await ends(cast.olga, boris)
    }
    assert of_boris["other_service"] == ("skipped", "condition", "interest")
    assert of_boris["invite"][:2] == ("skipped", "stopped")
    assert [one["attempt"] for one in await touches(cast.olga, anna) if one["step"] == "invite"] == [1, 2, 3]


@pytest.mark.covers("R41")
async def test_one_plan_reaches_clients_by_phone_mail_messenger_and_call(cast, background, clock, settings):
    """The first by SMS, the second has only an e-mail; to both somebody writes in a messenger, and calls."""
    number, address = new_phone(), f"anna{uuid7().int}@mail.example"
    text = {"sms": "{company}: посмотрите", "email_subject": "Новости", "email_text": "{company}: посмотрите"}
    draft = {"ru": text, "variables": {"company": {"ru": ["Окна"]}}}
    await create(cast.irina, {"kind": "news", "legal_class": "service", "draft": draft}, published=True)
    ways = [{"channel": "sms", "give_up_after_min": 60}, {"channel": "email"}]
    await released(
        cast.sergei,
        {"code": "write", "message": {"template": "news", "channels": ways}},
        {"code": "chat", "delay": {"amount": 1}, "task": CALL | {"channel": "message"}},
        {"code": "call", "delay": {"amount": 2}, "task": CALL},
    )
    anna, _ = await a_card(cast, contacts=[phone(number)])
    boris, _ = await a_card(cast, name="Борис", contacts=[email(address)])
    for one in (anna, boris):
        await a_proposal(cast, one)
    await a_year_goes_by(cast, background, clock, 0, 1, 2)

    for client_id, way in ((anna, "sms"), (boris, "email")):
        found = [(one["step"], one["channel"], one["status"]) for one in await touches(cast.olga, client_id)]
        assert found == [("write", way, "sent"), ("chat", "message", "open"), ("call", "call", "open")]
        tasks = (await ok(await cast.olga.get(f"/crm/tasks?client_id={client_id}")))["items"]
        assert {one["channel"] for one in tasks} == {"message", "call"}
    assert said(settings, number, "посмотрите") == 1
    assert subjects_to(settings, address) == ["Новости"]
