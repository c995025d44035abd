"""What a batch costs: what is known is told again by few statements, and no phone has the same work done twice."""

import asyncio
from collections import Counter
from datetime import timedelta

import pytest

from app.field.work import service as work_service
from tests.cast import NOON
from tests.counting import asyncpg_statements, statements_of
from tests.field.test_push import Phone, a_day, verdicts
from tests.stories import booked_visit, visit_in_progress
from tests.tracking.conftest import consent

pytestmark = pytest.mark.covers("M29")


async def test_a_batch_that_came_before_costs_the_same_however_long_it_is(cast, engine):
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    short = [phone.said("pause_visit", visit.id, reason="break")]
    long = [*short]
    for _ in range(15):
        long += [
            phone.said("resume_visit", visit.id),
            phone.said("pause_visit", visit.id, reason="break"),
        ]
    await phone.push(*long)

    with statements_of(engine) as of_short:
        await phone.push(*short)
    with statements_of(engine) as of_long:
        await phone.push(*long)

    assert len(of_long) == len(of_short)


async def test_the_places_of_a_batch_are_judged_by_as_few_statements_as_that_of_one(cast, engine):
    await consent(cast.pavel, occurred_at=(NOON - timedelta(hours=1)).isoformat())
    visit, phone = await visit_in_progress(cast), Phone(cast.pavel)
    here = {"point": {"lat": 55.75, "lon": 37.62}, "accuracy_m": 9}

    def pause_and_resume():
        return [
            phone.said("pause_visit", visit.id, reason="break", **here),
            phone.said("resume_visit", visit.id, **here),
        ]

    with asyncpg_statements(engine) as of_two:
        await phone.push(*pause_and_resume())
    with asyncpg_statements(engine) as of_twenty:
        pushed = await phone.push(*[one for _ in range(10) for one in pause_and_resume()])

    assert set(verdicts(pushed)) == {"applied"}
    assert windows_in(of_twenty) == windows_in(of_two) > 0


def windows_in(sent):
    """How often it was asked when he may be tracked."""
    return sum("tracking_consent" in one for one in sent)


async def test_a_phone_that_sends_again_before_it_was_answered_has_nothing_done_twice(cast, monkeypatch):
    visit, phone = await booked_visit(cast), Phone(cast.pavel)
    day = a_day(phone, visit)
    carried_out = Counter()
    for name in ("accept", "depart", "arrive", "start"):
        monkeypatch.setattr(work_service, name, counted(carried_out, name))

    answers = await asyncio.gather(*[phone.push(*day) for _ in range(5)])

    assert set(carried_out.values()) == {1}
    assert sorted(map(verdicts, answers)) == [["applied"] * 4, *[["duplicate"] * 4] * 4]


def counted(calls, name):
    function = getattr(work_service, name)

    async def run(*args, **fields):
        calls[name] += 1
        return await function(*args, **fields)

    return run


async def test_one_phone_waits_for_no_other(cast, monkeypatch):
    slow, quick = await booked_visit(cast), Phone(cast.nikolai)
    accept, may_go_on = work_service.accept, asyncio.Event()

    async def accept_slowly(*args, **fields):
        await may_go_on.wait()
        return await accept(*args, **fields)

    monkeypatch.setattr(work_service, "accept", accept_slowly)
    phone = Phone(cast.pavel)
    waiting = asyncio.create_task(phone.push(phone.said("accept_visit", slow.id, ago=timedelta(hours=1))))
    try:
        answer = await quick.push(quick.said("fly_home", slow.id))
    finally:
        may_go_on.set()

    assert verdicts(answer) == ["rejected"]
    assert verdicts(await waiting) == ["applied"]
