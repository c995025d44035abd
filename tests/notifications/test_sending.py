"""Sending with the file provider: claims, leases, deadlines."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import select

from app.core.ids import uuid7
from app.db.session import transaction
from app.notifications.api import plan_login_code, was_told
from app.notifications.channels.protocol import Accepted, Channel, Rejected, Unknown
from app.notifications.messages.models import Message
from app.notifications.messages.sending import Sender
from tests.cast import NOON
from tests.conftest import FrozenClock
from tests.counting import asyncpg_statements
from tests.notifications.stories import (
    claim,
    details_of,
    lines_to,
    new_phone,
    plan,
    record,
    states_announced,
    status_becomes,
    status_of,
)


@pytest.mark.covers("M3")
async def test_a_planned_message_is_sent_and_the_outcome_is_announced(cast, maker, background, settings):
    phone = new_phone()
    message_id = await plan(maker, cast, phone=phone)

    await background.run()

    found = await details_of(cast.olga, message_id)
    (line,) = lines_to(settings, phone)
    assert line["text"] == found["message"]["body"]
    assert line["ref"] == f"{cast.company_id}/{message_id}"
    assert (found["message"]["status"], found["message"]["sent_at"]) == ("sent", "2026-03-02T09:00:00Z")
    assert found["attempts"] == [
        {
            "number": 1,
            "provider": "file",
            "started_at": "2026-03-02T09:00:00Z",
            "finished_at": "2026-03-02T09:00:00Z",
            "outcome": "accepted",
            "detail": None,
            "body": None,
        }
    ]
    assert await states_announced(maker, cast, message_id) == ["sent"]


@pytest.mark.covers("M3", "P-rel-2")
async def test_ten_processes_that_send_at_once_send_once(cast, maker, background, settings):
    phone = new_phone()
    await plan(maker, cast, phone=phone)

    await asyncio.gather(*(background.sweep("message") for _ in range(10)))

    assert len(lines_to(settings, phone)) == 1


@pytest.mark.covers("P-rel-2")
async def test_many_messages_go_out_together_in_few_statements(cast, maker, engine, background, settings):
    phones = [new_phone() for _ in range(45)]
    for phone in phones:
        await plan(maker, cast, phone=phone)

    with asyncpg_statements(engine) as sent:
        await background.sweep("message")

    assert [len(lines_to(settings, phone)) for phone in phones] == [1] * 45
    assert len(sent) <= 3 * 15, "a few for twenty messages, not for each"


async def test_a_slow_answer_keeps_no_other_outcome_from_being_recorded(cast, maker):
    slow, quick = new_phone(), new_phone()
    messages = [await plan(maker, cast, phone=phone) for phone in (slow, quick)]
    gateway = SlowGateway(slow)

    sender = Sender({Channel.SMS: [gateway]}, default_sender="BRIGADA")
    sending = asyncio.create_task(sender.send_due_messages(maker, cast.company_id, gateway.clock))
    await status_becomes(cast.olga, messages[1], "sent")
    before = await status_of(cast.olga, messages[0])
    gateway.answers.set()
    await sending

    assert before == "sending"
    assert await status_of(cast.olga, messages[0]) == "sent"


class SlowGateway:
    name = "file"

    def __init__(self, slow_phone: str) -> None:
        self.slow_phone = slow_phone
        self.answers = asyncio.Event()
        self.clock = FrozenClock()

    async def send(self, *, to: str, **_) -> Accepted:
        if to == self.slow_phone:
            await self.answers.wait()
        return Accepted()


@pytest.mark.covers("M3", "P-rel-2")
async def test_a_process_killed_before_or_during_the_call_leaves_unknown_and_nothing_is_sent_again(
    cast, maker, background, clock, settings
):
    phone = new_phone()
    message_id = await plan(maker, cast, phone=phone)
    await claim(maker, cast, message_id)

    clock.advance(seconds=29)
    await background.run()
    assert await status_of(cast.olga, message_id) == "sending"
    clock.advance(seconds=1)
    await background.run()
    clock.advance(hours=1)
    await background.run()

    found = await details_of(cast.olga, message_id)
    assert found["message"]["status"] == "unknown"
    assert [(one["outcome"], one["detail"]) for one in found["attempts"]] == [("unknown", "interrupted")]
    assert lines_to(settings, phone) == []
    assert await states_announced(maker, cast, message_id) == ["unknown"]


async def test_a_process_killed_on_the_second_try_leaves_the_first_as_it_was(cast, maker, background, clock):
    message_id = await plan(maker, cast)
    claimed = await claim(maker, cast, message_id)
    await record(maker, cast, claimed, Rejected(code="503 Temporal failure", permanent=False))
    await claim(maker, cast, message_id, now=clock.advance(seconds=10))

    clock.advance(seconds=30)
    await background.run()

    found = await details_of(cast.olga, message_id)
    assert found["message"]["status"] == "unknown"
    assert [(one["outcome"], one["detail"]) for one in found["attempts"]] == [
        ("rejected", "503 Temporal failure"),
        ("unknown", "interrupted"),
    ]


async def test_an_answer_that_comes_after_the_lease_still_tells_that_it_was_sent(
    cast, maker, background, clock
):
    message_id = await plan(maker, cast)
    claimed = await claim(maker, cast, message_id)
    clock.advance(minutes=1)
    await background.run()

    await record(maker, cast, claimed, Accepted(), now=clock.now())

    assert await status_of(cast.olga, message_id) == "sent"


async def test_a_refusal_that_comes_after_the_lease_sends_nothing_again(cast, maker, background, clock):
    message_id = await plan(maker, cast)
    claimed = await claim(maker, cast, message_id)
    clock.advance(minutes=1)
    await background.run()

    await record(maker, cast, claimed, Rejected(code="503", permanent=False), now=clock.now())
    clock.advance(hours=1)
    await background.run()

    assert await status_of(cast.olga, message_id) == "failed"


async def test_a_lost_answer_noticed_after_the_lease_changes_nothing(cast, maker, background, clock):
    message_id = await plan(maker, cast)
    claimed = await claim(maker, cast, message_id)
    clock.advance(minutes=1)
    await background.run()

    await record(maker, cast, claimed, Unknown(detail="ReadTimeout"), now=clock.now())

    assert await states_announced(maker, cast, message_id) == ["unknown"]


async def test_a_refused_message_waits_for_its_next_try_however_often_somebody_looks(cast, maker):
    message_id = await plan(maker, cast)
    claimed = await claim(maker, cast, message_id)
    await record(maker, cast, claimed, Rejected(code="503", permanent=False))

    too_early = await claim(maker, cast, message_id, now=NOON + timedelta(seconds=9))
    in_time = await claim(maker, cast, message_id, now=NOON + timedelta(seconds=10))

    assert too_early is None
    assert in_time is not None
    assert in_time.attempt == 2
    assert await states_announced(maker, cast, message_id) == ["queued"]


@pytest.mark.covers("M3")
async def test_what_would_be_a_lie_by_now_is_not_sent(cast, maker, background, clock, settings):
    phone = new_phone()
    message_id = await plan(maker, cast, phone=phone, not_after=NOON + timedelta(minutes=15))

    clock.advance(minutes=15)
    await background.run()

    found = await details_of(cast.olga, message_id)
    assert (found["message"]["status"], found["message"]["status_reason"]) == ("expired", "too_late")
    assert found["attempts"] == []
    assert lines_to(settings, phone) == []


async def test_a_message_that_waits_for_its_next_try_expires_in_time(cast, maker, background, clock):
    message_id = await plan(maker, cast, not_after=NOON + timedelta(seconds=5))
    claimed = await claim(maker, cast, message_id)
    await record(maker, cast, claimed, Rejected(code="503", permanent=False))

    clock.advance(seconds=5)
    await background.run()

    assert claimed.valid_for == timedelta(seconds=5)
    assert await status_of(cast.olga, message_id) == "expired"


async def test_a_message_of_another_company_is_not_sent(cast, other_cast, maker, background):
    message_id = await plan(maker, other_cast)

    await background.sweep("message")

    assert await status_of(other_cast.olga, message_id) == "queued"


async def test_somebody_was_told_from_the_moment_the_message_may_have_left(cast, maker, background, clock):
    sent_to, lost_to, refused_to = uuid7(), uuid7(), uuid7()
    await plan(maker, cast, subject_id=sent_to)
    assert not await told(maker, cast, sent_to)
    await background.run()
    await claim(maker, cast, await plan(maker, cast, subject_id=lost_to))
    claimed = await claim(maker, cast, await plan(maker, cast, subject_id=refused_to))
    await record(maker, cast, claimed, Rejected(code="403", permanent=True))

    assert await told(maker, cast, sent_to)
    assert await told(maker, cast, lost_to)
    assert not await told(maker, cast, refused_to)
    assert not await told(maker, cast, sent_to, kinds=["visit_moved"])


async def test_another_company_was_told_nothing(cast, other_cast, maker, background):
    subject_id = uuid7()
    await plan(maker, cast, subject_id=subject_id)
    await background.run()

    assert not await told(maker, other_cast, subject_id)


async def told(maker, cast, subject_id, kinds=("on_my_way",)) -> bool:
    async with transaction(maker, cast.company_id) as session:
        return await was_told(
            session, cast.company_id, subject_kind="order", subject_id=subject_id, kinds=kinds
        )


@pytest.mark.covers("M36")
async def test_nobody_reads_a_login_code_before_or_after_it_is_sent(cast, maker, background, settings):
    phone, code_id = new_phone(), uuid7()
    await plan_code(maker, cast, phone, code_id)

    before = await cast.irina.get(f"/messages?subject_id={code_id}")
    await background.run()
    after = await cast.irina.get(f"/messages?subject_id={code_id}")

    assert [one.json()["items"][0]["body"] for one in (before, after)] == [
        "Код для входа: ******. Никому его не сообщайте."
    ] * 2
    assert after.json()["items"][0]["status"] == "sent"
    assert "482915" in lines_to(settings, phone)[0]["text"]
    assert "482915" not in await stored_body(maker, cast, code_id)


async def test_a_login_code_that_could_not_be_sent_in_time_is_blotted_out_too(cast, maker, background, clock):
    code_id = uuid7()
    await plan_code(maker, cast, new_phone(), code_id)

    clock.advance(minutes=5)
    await background.run()

    listed = await cast.irina.get(f"/messages?subject_id={code_id}")
    assert listed.json()["items"][0]["status"] == "expired"
    assert "482915" not in await stored_body(maker, cast, code_id)


async def plan_code(maker, cast, phone, code_id) -> None:
    async with transaction(maker, cast.company_id) as session:
        await plan_login_code(
            session,
            company_id=cast.company_id,
            user_id=cast.pavel.id,
            phone=phone,
            lang="ru",
            code="482915",
            login_code_id=code_id,
            now=NOON,
        )


async def stored_body(maker, cast, code_id) -> str:
    async with transaction(maker, cast.company_id) as session:
        query = select(Message.body).where(
            Message.company_id == cast.company_id, Message.subject_id == code_id
        )
        return (await session.scalars(query)).one()
