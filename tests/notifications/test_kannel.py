"""SMS go through a real Kannel to its fake SMS centre."""

import asyncio
import random
from collections import Counter

import pytest

from app.core.ids import uuid7
from app.db.session import transaction
from app.identity.companies.queries import get_company
from app.notifications.messages.policies import TRIES_MAX
from tests.notifications.bad_line import Fault
from tests.notifications.stories import (
    details_of,
    new_phone,
    plan,
    received_by,
    states_announced,
    status_becomes,
    status_of,
    statuses_become,
)


@pytest.mark.covers("M3", "P-rel-2")
async def test_a_message_five_processes_send_at_once_is_one_sms(cast, maker, kannel, background_via):
    phone, background = new_phone(), background_via()
    message_id = await plan(maker, cast, phone=phone)

    await asyncio.gather(*(background.sweep("message") for _ in range(5)))
    await background.run()

    received = await received_by(kannel, phone, at_least=2, patience_s=1)
    assert [sms.text for sms in received] == ["Окна Плюс: к вам едет мастер Павел Громов, будет около 14:30."]
    found = await details_of(cast.olga, message_id)
    assert found["message"]["status"] == "sent"
    assert [attempt["outcome"] for attempt in found["attempts"]] == ["accepted"]


@pytest.mark.covers("M3", "R177", "R92")
async def test_cyrillic_arrives_intact_in_as_many_parts_as_were_counted(cast, maker, kannel, background_via):
    phone = new_phone()
    said = {
        "what": "Монтаж «под ключ» №5 — 3 окна",
        "where": "пер. Ёлочный, 7, кв. 12",
        "when": "2 марта с 10:00 до 12:00",
        "accept_by": "11:30",
    }
    message_id = await plan(maker, cast, kind="offer_made", phone=phone, params=said)

    await background_via().run()

    (sms,) = await received_by(kannel, phone)
    found = await details_of(cast.olga, message_id)
    assert sms.text == found["message"]["body"]
    assert "«под ключ» №5 — 3 окна, пер. Ёлочный" in sms.text
    assert sms.parts == found["message"]["segments"] == 2


async def test_latin_text_with_signs_of_the_extension_table_arrives_intact(
    cast, maker, kannel, background_via
):
    phone = new_phone()
    said = {"company": "Okna", "worker": "John [Jack] {Doe} ~ €5 @home_", "expected": "14:30"}
    await plan(maker, cast, phone=phone, lang="en", params=said)

    await background_via().run()

    (sms,) = await received_by(kannel, phone)
    assert sms.text.startswith("Okna: John [Jack] {Doe} ~ €5 @home_ is on the way")
    assert sms.parts == 1


async def test_the_companys_own_sender_name_is_shown_and_ours_where_it_has_none(
    cast, maker, kannel, background_via
):
    ours, theirs, background = new_phone(), new_phone(), background_via()
    await plan(maker, cast, phone=ours)
    await background.run()
    await set_sender(maker, cast, "OKNAPLUS")

    await plan(maker, cast, phone=theirs)
    await background.run()

    assert [sms.sender for sms in await received_by(kannel, ours)] == ["BRIGADA"]
    assert [sms.sender for sms in await received_by(kannel, theirs)] == ["OKNAPLUS"]


@pytest.mark.covers("M3", "P-rel-2")
async def test_a_delivery_report_makes_the_message_delivered(cast, maker, address, background_via):
    message_id = await plan(maker, cast)

    await background_via(public_url=address).run()

    assert await status_becomes(cast.olga, message_id, "delivered") == "delivered"
    found = await details_of(cast.olga, message_id)
    assert "delivered" in [report["state"] for report in found["reports"]]
    assert found["message"]["delivered_at"] is not None
    announced = await states_announced(maker, cast, message_id)
    assert announced[-1] == "delivered"


@pytest.mark.covers("M3", "P-rel-2")
async def test_a_lost_answer_is_unknown_and_never_a_second_sms(
    cast, maker, kannel, bad_line, background_via, clock
):
    phone, background = new_phone(), background_via(kannel_url=bad_line.url)
    bad_line.fault = Fault.DROP_REPLY
    message_id = await plan(maker, cast, phone=phone)

    await background.run()
    bad_line.fault = Fault.NONE
    for _ in range(20):
        clock.advance(minutes=1)
        await background.run()

    assert bad_line.broken == {Fault.DROP_REPLY: 1}
    assert len(await received_by(kannel, phone, at_least=2, patience_s=1)) == 1
    found = await details_of(cast.olga, message_id)
    assert found["message"]["status"] == "unknown"
    assert [attempt["outcome"] for attempt in found["attempts"]] == ["unknown"]
    assert await states_announced(maker, cast, message_id) == ["unknown"]


@pytest.mark.covers("P-rel-2")
async def test_a_delivery_report_resolves_a_lost_answer(
    cast, maker, kannel, bad_line, address, background_via
):
    phone = new_phone()
    bad_line.fault = Fault.DROP_REPLY
    message_id = await plan(maker, cast, phone=phone)

    await background_via(kannel_url=bad_line.url, public_url=address).run()

    assert await status_becomes(cast.olga, message_id, "delivered") == "delivered"
    assert len(await received_by(kannel, phone, at_least=2, patience_s=0.5)) == 1


@pytest.mark.covers("M3", "P-rel-2")
async def test_a_process_killed_while_the_gateway_answers_leaves_unknown_and_one_sms(
    cast, maker, kannel, bad_line, background_via, clock
):
    phone, background = new_phone(), background_via(kannel_url=bad_line.url)
    bad_line.fault = Fault.HANG
    message_id = await plan(maker, cast, phone=phone)
    sending = asyncio.create_task(background.sweep("message"))
    await received_by(kannel, phone)

    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)
    assert await status_of(cast.olga, message_id) == "sending"
    bad_line.fault = Fault.NONE
    for _ in range(5):
        clock.advance(seconds=31)
        await background.run()

    assert len(await received_by(kannel, phone, at_least=2, patience_s=0.5)) == 1
    found = await details_of(cast.olga, message_id)
    assert (found["message"]["status"], found["message"]["status_reason"]) == ("unknown", "interrupted")
    assert [attempt["outcome"] for attempt in found["attempts"]] == ["unknown"]


@pytest.mark.covers("M3", "P-rel-3")
async def test_while_the_gateway_is_down_a_message_waits_and_goes_out_when_it_is_back(
    cast, maker, kannel, address, background_via, clock
):
    phone, background = new_phone(), background_via(public_url=address)
    kannel.stop()
    message_id = await plan(maker, cast, phone=phone)
    await background.run()
    down = await details_of(cast.olga, message_id)
    kannel.start()

    await background.run()
    assert await status_of(cast.olga, message_id) == "queued"
    clock.advance(seconds=10)
    await background.run()

    assert down["message"]["status"] == "queued"
    assert [attempt["outcome"] for attempt in down["attempts"]] == ["rejected"]
    assert await status_becomes(cast.olga, message_id, "delivered") == "delivered"
    assert len(await received_by(kannel, phone, at_least=2, patience_s=0.5)) == 1


@pytest.mark.covers("P-rel-2")
async def test_a_gateway_that_stays_down_makes_the_message_failed_after_the_last_try(
    cast, maker, background_via, clock
):
    background = background_via(kannel_url="http://127.0.0.1:1/cgi-bin/sendsms")
    message_id = await plan(maker, cast)

    for _ in range(12):
        await background.run()
        clock.advance(minutes=15)

    found = await details_of(cast.olga, message_id)
    assert found["message"]["status"] == "failed"
    assert len(found["attempts"]) == TRIES_MAX
    assert found["message"]["status_reason"].startswith("ConnectError")


async def test_wrong_credentials_fail_at_once_and_say_why(cast, maker, kannel, background_via):
    phone = new_phone()
    message_id = await plan(maker, cast, phone=phone)

    await background_via(kannel_password="wrong").run()

    found = await details_of(cast.olga, message_id)
    assert found["message"]["status"] == "failed"
    assert found["message"]["status_reason"] == "403 Authorization failed for sendsms"
    assert await received_by(kannel, phone, patience_s=0.3) == []


@pytest.mark.covers("P-rel-2")
async def test_of_sixty_departures_on_a_bad_line_none_is_told_twice_and_none_is_silent(
    cast, maker, kannel, bad_line, address, background_via, clock
):
    background = background_via(kannel_url=bad_line.url, public_url=address)
    luck = random.Random(1)
    kinds = [Fault.NONE, Fault.NONE, Fault.DROP_REPLY, Fault.DROP_REQUEST]
    bad_line.faults = [luck.choice(kinds) for _ in range(60)]
    phones = [new_phone() for _ in range(60)]
    for phone in phones:
        departure = {"phone": phone, "subject_id": uuid7(), "recipient_id": uuid7(), "occurrence": "1"}
        await plan(maker, cast, **departure)
        assert await plan(maker, cast, **departure) is None  # the phone reports every departure twice
    await asyncio.gather(*(background.sweep("message") for _ in range(4)))
    for _ in range(4):
        clock.advance(minutes=1)
        await background.run()
    expected = {"unknown": bad_line.broken[Fault.DROP_REQUEST]}
    expected["delivered"] = 60 - expected["unknown"]
    ends = await statuses_become(cast.olga, expected)

    submitted = Counter(sms.receiver for sms in kannel.received())
    assert max(submitted[phone] for phone in phones) == 1
    assert ends == expected


async def set_sender(maker, cast, name: str) -> None:
    async with transaction(maker, cast.company_id) as session:
        company = await get_company(session, cast.company_id)
        company.sms_sender = name
