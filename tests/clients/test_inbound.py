"""What clients write to the company, and the page behind the link in a message."""

import asyncio
import re
from pathlib import Path
from time import monotonic
from urllib.parse import quote, quote_from_bytes
from uuid import UUID

import pytest
from sqlalchemy import update

from app.clients.api import ConsentGate
from app.clients.inbound.service import inbound_url
from app.core.ids import uuid7
from app.db.session import transaction
from app.db.work import begin_work
from app.notifications.api import Question
from app.notifications.channels.protocol import Channel
from app.notifications.legal import LegalClass
from app.notifications.messages.models import Message
from deploy.local.servers import Kannel
from tests.clients.consents import MOBILE, agreed, ask, published, queued_message
from tests.clients.given import a_client, phone
from tests.conftest import SECRET_KEY

OUR_ADDRESS = "https://okna.example"


def coming(cast, text, *, sender=MOBILE, external_id="", charset="UTF-8", coding=0):
    """The address that Kannel calls with a text."""
    url = inbound_url("", SECRET_KEY, cast.company_id)
    body = quote_from_bytes(text) if isinstance(text, bytes) else quote(text)
    told = {"%p": quote(sender), "%b": body, "%c": str(coding), "%C": charset, "%I": external_id}
    return re.sub("%[pbcCI]", lambda code: told[code[0]], url)


async def wrote(anonymous, cast, text, **more):
    answer = await anonymous.get(coming(cast, text, **more))
    assert answer.status_code == 200, answer.text


async def inbox(person):
    items = (await person.get("/inbox/?is_open=true")).json()["items"]
    return [one for one in items if one["kind"] == "client_wrote"]


async def events(superuser, cast):
    return await superuser.fetch(
        "SELECT payload FROM outbox_event WHERE company_id = $1 AND kind = 'notifications.sms_received'",
        cast.company_id,
    )


async def test_a_stop_by_sms_holds_at_once_and_lies_before_nobody(cast, maker, anonymous, clock):
    await published(cast.irina)
    anna = await a_client(cast.olga)
    await agreed(cast.olga, anna["id"])
    waiting = await queued_message(maker, cast, anna["id"], legal_class="marketing")
    clock.advance(minutes=1)

    await wrote(anonymous, cast, "Стоп, пожалуйста")

    message = (await cast.olga.get(f"/messages/{waiting}")).json()["message"]
    entry = (await cast.olga.get(f"/clients/{anna['id']}/consents")).json()["items"][0]
    assert (await ask(maker, cast, anna["id"])).reason == "stop"
    assert (message["status"], message["status_reason"]) == ("suppressed", "stop")
    assert (entry["how"], entry["came_from"], entry["note"]) == ("sms", MOBILE, "Стоп, пожалуйста")
    assert await inbox(cast.olga) == []


@pytest.mark.covers("R39")
async def test_what_a_stop_says_beside_itself_lies_before_a_person(cast, maker, anonymous, superuser):
    await published(cast.irina)
    anna = await a_client(cast.olga)
    await agreed(cast.olga, anna["id"])

    await wrote(anonymous, cast, "Хватит спамить, и отмените замер")

    assert (await ask(maker, cast, anna["id"])).reason == "stop"
    assert [one["params"]["body"] for one in await inbox(cast.olga)] == ["Хватит спамить, и отмените замер"]
    assert await events(superuser, cast) == []


@pytest.mark.covers("R39")
async def test_a_stop_by_sms_takes_effect_in_less_than_a_second(cast, maker, anonymous):
    """From the call of the gateway until his messages are taken back and nobody may write: the best of three, because
    other programs share the machine."""
    await published(cast.irina)
    took = []
    for number in ("+79035550001", "+79035550002", "+79035550003"):
        client = await a_client(cast.olga, contacts=[phone(number)])
        await agreed(cast.olga, client["id"], number)
        waiting = [
            await queued_message(maker, cast, client["id"], legal_class="marketing", phone=number)
            for _ in range(5)
        ]
        begun = monotonic()

        await wrote(anonymous, cast, "СТОП", sender=number)
        permission = await ask(maker, cast, client["id"], value=number)

        took.append(monotonic() - begun)
        sent = [(await cast.olga.get(f"/messages/{one}")).json()["message"]["status"] for one in waiting]
        assert (permission.reason, set(sent)) == ("stop", {"suppressed"})
    assert min(took) < 1


async def test_an_answer_goes_to_the_client_with_the_message_it_answers(
    cast, maker, anonymous, clock, superuser
):
    anna = await a_client(cast.olga, contacts=[phone(MOBILE, is_shared=True)])
    petr = await a_client(cast.olga, name="Пётр", contacts=[phone(MOBILE, is_shared=True)])
    told = await queued_message(maker, cast, anna["id"], legal_class="service")
    async with transaction(maker, cast.company_id) as session:
        mine = update(Message).where(Message.company_id == cast.company_id, Message.id == told)
        await session.execute(mine.values(status="sent", send_at=None, sent_at=clock.now()))
    clock.advance(hours=71)

    await wrote(anonymous, cast, "Да, ждём")
    clock.advance(hours=2)
    await wrote(anonymous, cast, "А когда?")

    written = (await cast.olga.get(f"/clients/{petr['id']}/inbound-messages")).json()["items"]
    second, first = written
    assert sorted(first["client_ids"]) == sorted([anna["id"], petr["id"]])
    assert (first["body"], first["about_message_id"]) == ("Да, ждём", str(told))
    assert second["about_message_id"] is None
    assert [one["params"]["body"] for one in await inbox(cast.olga)] == ["А когда?", "Да, ждём"]
    assert len(await events(superuser, cast)) == 2


async def test_a_number_that_nobody_has_is_kept_and_shown(cast, anonymous):
    await wrote(anonymous, cast, "Здравствуйте, сколько стоит окно?", sender="79161112233")

    (item,) = await inbox(cast.olga)
    assert (item["params"]["value"], item["params"]["client_ids"]) == ("+79161112233", [])
    assert "сколько стоит окно" in item["title"]


async def test_who_stops_before_he_is_a_client_stays_stopped(cast, maker, anonymous):
    await wrote(anonymous, cast, "отписка")

    anna = await a_client(cast.olga)

    assert (await ask(maker, cast, anna["id"], purpose="feedback")).reason == "stop"


async def test_a_text_that_comes_twice_is_one(cast, anonymous, superuser):
    for _ in range(2):
        await wrote(anonymous, cast, "Да", external_id="8d3f")

    assert len(await inbox(cast.olga)) == len(await events(superuser, cast)) == 1


@pytest.mark.parametrize(
    ("raw", "charset", "coding"),
    [
        ("Стоп".encode("utf-16-be"), "UTF-16BE", 2),
        ("Стоп".encode(), "UTF-8", 0),
        (b"STOP", "ISO-8859-1", 0),
    ],
)
async def test_a_stop_is_understood_in_every_alphabet_that_kannel_brings(
    cast, maker, anonymous, raw, charset, coding
):
    anna = await a_client(cast.olga)

    await wrote(anonymous, cast, raw, charset=charset, coding=coding)

    assert (await ask(maker, cast, anna["id"], purpose="feedback")).reason == "stop"


async def test_nobody_but_our_gateway_can_write_in_a_clients_name(cast, other_cast, anonymous):
    forged = coming(cast, "СТОП").replace(str(cast.company_id), str(other_cast.company_id))
    url = (await cast.irina.get("/sms-inbound-url")).json()["url"]
    refused = await cast.olga.get("/sms-inbound-url")

    assert (await anonymous.get(forged)).status_code == 403
    assert url == inbound_url(OUR_ADDRESS, SECRET_KEY, cast.company_id)
    assert refused.status_code == 403


async def link_of(maker, cast, client_id):
    """The path of the link that a message to this client would have."""
    question = Question(uuid7(), UUID(client_id), LegalClass.FEEDBACK, Channel.SMS, MOBILE)
    async with begin_work(maker, cast.company_id) as work:
        answers = await ConsentGate(OUR_ADDRESS).answer(work, [question], now=cast.olga.now())
    return answers[question.message_id].stop_link.removeprefix(OUR_ADDRESS)


async def test_looking_at_the_page_changes_nothing_and_one_tap_stops(cast, maker, anonymous, clock):
    anna = await a_client(cast.olga)
    path = await link_of(maker, cast, anna["id"])
    same = await link_of(maker, cast, anna["id"])

    looked = await anonymous.get(path, headers={"accept-language": "ru"})
    untouched = await ask(maker, cast, anna["id"], purpose="feedback")
    clock.advance(minutes=1)
    tapped = await anonymous.post(f"{path}?lang=en", data={"choice": "stop"})
    again = await anonymous.post(path, data={"List-Unsubscribe": "One-Click"})

    assert (same, looked.status_code, untouched.allowed) == (path, 200, True)
    assert "Больше не присылать" in looked.text
    assert MOBILE[-7:] not in looked.text
    assert "Анна" not in looked.text
    assert (tapped.status_code, again.status_code) == (200, 200)
    assert "will send you no more" in tapped.text
    assert (await ask(maker, cast, anna["id"], purpose="feedback")).reason == "stop"


async def test_one_tap_ends_questions_also_where_a_plain_stop_does_not(cast, maker, anonymous, clock):
    anna = await a_client(cast.olga)
    await cast.irina.patch("/client-settings", {"stop_covers_feedback": False}, if_match='"0"')
    path = await link_of(maker, cast, anna["id"])

    await anonymous.post(path, data={"List-Unsubscribe": "One-Click"})

    assert (await ask(maker, cast, anna["id"], purpose="feedback")).reason == "stop"


@pytest.mark.covers("R39")
async def test_one_tap_pauses_messages_for_half_a_year(cast, maker, anonymous, clock):
    anna = await a_client(cast.olga)
    path = await link_of(maker, cast, anna["id"])

    await anonymous.post(path, data={"choice": "pause"})
    paused = await ask(maker, cast, anna["id"], purpose="feedback")
    clock.advance(days=184)

    assert (paused.reason, str(paused.until)) == ("quiet", "2026-09-01")
    assert (await ask(maker, cast, anna["id"], purpose="feedback")).allowed


async def test_an_unknown_link_is_a_page_that_says_so(anonymous):
    for answer in (await anonymous.get("/s/AAAAAAAAAA"), await anonymous.post("/s/AAAAAAAAAA")):
        assert (answer.status_code, answer.headers["content-type"][:9]) == (404, "text/html")


@pytest.mark.parametrize(
    "brought", ["79031234567 1234 text STOP", "79031234567 1234 data %D0%A1%D1%82%D0%BE%D0%BF"]
)
async def test_a_real_kannel_brings_a_stop(cast, maker, address, tmp_path: Path, brought):
    """Through bearerbox and smsbox, as an operator's centre would bring it."""
    anna = await a_client(cast.olga)
    gateway = Kannel(tmp_path, inbound_url=inbound_url(address, SECRET_KEY, cast.company_id))
    await asyncio.to_thread(gateway.start)
    try:
        await asyncio.to_thread(gateway.bring, brought)
        for _ in range(300):
            if (await ask(maker, cast, anna["id"], purpose="feedback")).reason == "stop":
                break
            await asyncio.sleep(0.1)
    finally:
        await asyncio.to_thread(gateway.stop)

    assert (await ask(maker, cast, anna["id"], purpose="feedback")).reason == "stop"
