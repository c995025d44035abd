import asyncio
from datetime import timedelta

import pytest

from app.core.ids import uuid7
from app.db.session import transaction
from app.db.sweeps import DueWork, find_due_work
from app.db.work import begin_work
from app.notifications.api import cancel_messages, plan_login_code
from tests.cast import NOON
from tests.notifications.stories import details_of, lines_to, new_phone, plan, states_announced, status_of


@pytest.mark.covers("M3", "R177")
async def test_a_planned_message_is_queued_with_its_text_and_number_of_segments(cast, maker):
    message_id = await plan(maker, cast, phone="+79161234567", not_after=NOON + timedelta(hours=1))

    message = (await details_of(cast.olga, message_id))["message"]
    assert message["body"] == "Окна Плюс: к вам едет мастер Павел Громов, будет около 14:30."
    assert (message["status"], message["segments"], message["phone"]) == ("queued", 1, "+79161234567")
    assert message["not_after"] == "2026-03-02T10:00:00Z"


@pytest.mark.covers("M3", "P-rel-2")
async def test_the_same_occurrence_is_planned_once_also_by_many_at_once(cast, maker):
    same = {"recipient_id": uuid7(), "subject_id": uuid7(), "occurrence": "departure-1"}

    planned = await asyncio.gather(*(plan(maker, cast, **same) for _ in range(20)))
    late = await plan(maker, cast, **same)

    assert len([one for one in planned if one is not None]) == 1
    assert late is None


async def test_another_occurrence_recipient_or_kind_is_another_message(cast, maker):
    same = {"recipient_id": uuid7(), "subject_id": uuid7(), "occurrence": "departure-1"}
    words = {"company": "Окна", "what": "замер", "day": "2 марта", "window": "с 10:00 до 12:00"}

    planned = [
        await plan(maker, cast, **same),
        await plan(maker, cast, **same | {"occurrence": "departure-2"}),
        await plan(maker, cast, **same | {"recipient_id": uuid7()}),
        await plan(maker, cast, **same, kind="visit_moved", params=words),
    ]

    assert len({one for one in planned if one is not None}) == 4


async def test_the_same_ids_in_another_company_are_another_message(cast, other_cast, maker):
    same = {"recipient_id": uuid7(), "subject_id": uuid7()}

    assert await plan(maker, cast, **same) is not None
    assert await plan(maker, other_cast, **same) is not None


@pytest.mark.covers("P-rel-3")
async def test_a_message_falls_with_the_change_it_tells_about(cast, maker):
    subject_id = uuid7()

    async def plan_and_break() -> None:
        async with transaction(maker, cast.company_id) as session:
            await plan_login_code(
                session,
                company_id=cast.company_id,
                user_id=cast.pavel.id,
                phone=new_phone(),
                lang="ru",
                code="123456",
                login_code_id=subject_id,
                now=NOON,
            )
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await plan_and_break()

    listed = await cast.olga.get(f"/messages?subject_id={subject_id}")
    assert listed.json()["items"] == []


@pytest.mark.covers("M3")
async def test_a_cancelled_message_is_never_sent(cast, maker, background):
    subject_id = uuid7()
    message_id = await plan(maker, cast, subject_id=subject_id)
    other_id = await plan(maker, cast)

    cancelled = await cancel(maker, cast, subject_id, ["on_my_way"])
    await background.run()

    message = (await details_of(cast.olga, message_id))["message"]
    assert cancelled == 1
    assert (message["status"], message["status_reason"]) == ("suppressed", "visit_canceled")
    assert await states_announced(maker, cast, message_id) == ["suppressed"]
    assert await status_of(cast.olga, other_id) == "sent"


async def test_cancelling_leaves_other_kinds_and_what_was_sent(cast, maker, background):
    subject_id = uuid7()
    sent_id = await plan(maker, cast, subject_id=subject_id)
    await background.run()
    words = {"company": "Окна", "what": "замер", "day": "2 марта", "window": "с 10:00 до 12:00"}
    moved_id = await plan(maker, cast, subject_id=subject_id, kind="visit_moved", params=words)

    cancelled = await cancel(maker, cast, subject_id, ["on_my_way"])

    assert cancelled == 0
    assert await status_of(cast.olga, sent_id) == "sent"
    assert await status_of(cast.olga, moved_id) == "queued"


@pytest.mark.covers("P-rel-2")
async def test_a_message_is_either_cancelled_or_sent_when_both_happen_at_once(
    cast, maker, background, settings
):
    for _ in range(20):
        subject_id, phone = uuid7(), new_phone()
        message_id = await plan(maker, cast, subject_id=subject_id, phone=phone)

        cancelled, _ = await asyncio.gather(
            cancel(maker, cast, subject_id, ["on_my_way"]),
            background.sweep("message"),
        )

        sent = len(lines_to(settings, phone))
        status = await status_of(cast.olga, message_id)
        assert (cancelled, sent, status) in {(1, 0, "suppressed"), (0, 1, "sent")}


async def test_the_background_process_is_told_that_a_message_is_due(cast, maker):
    await plan(maker, cast)

    async with transaction(maker, None) as session:
        work = await find_due_work(session, until=NOON)

    assert DueWork(NOON, "message", cast.company_id) in work


async def test_another_company_cancels_nothing_of_ours(cast, other_cast, maker):
    subject_id = uuid7()
    message_id = await plan(maker, cast, subject_id=subject_id)

    assert await cancel(maker, other_cast, subject_id, ["on_my_way"]) == 0
    assert await status_of(cast.olga, message_id) == "queued"


async def cancel(maker, cast, subject_id, kinds) -> int:
    async with begin_work(maker, cast.company_id) as work:
        return await cancel_messages(
            work, kinds, subject_kind="order", subject_id=subject_id, reason="visit_canceled"
        )
