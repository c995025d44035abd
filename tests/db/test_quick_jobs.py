"""Jobs that run in the process that rang for them."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from app.core.ids import uuid7
from app.db import jobs
from app.db.jobs import JobContext, QuickJobs

pytestmark = pytest.mark.covers("P-rel-3")

CONTEXT: Any = None  # the jobs here need nothing


class Work:
    """A job that waits until it may end, and notes what it did."""

    def __init__(self) -> None:
        self.begun: list[UUID] = []
        self.done: list[UUID] = []
        self.may_end = asyncio.Event()

    async def __call__(self, _: JobContext, company_id: UUID, one: UUID) -> None:
        self.begun.append(one)
        await self.may_end.wait()
        self.done.append(one)


async def fails(*_: Any) -> None:
    raise RuntimeError("the moon is in the wrong house")


async def a_moment() -> None:
    await asyncio.sleep(0.02)


async def test_a_job_rung_for_again_while_it_waits_or_runs_is_one_job():
    work, one = Work(), uuid7()
    quick = QuickJobs(CONTEXT, {"work": work}, at_once=5)
    company_id = uuid7()

    quick.start("work", company_id, one)
    await a_moment()
    quick.start("work", company_id, one)
    work.may_end.set()
    await a_moment()
    quick.start("work", company_id, one)
    await a_moment()

    assert work.done == [one, one]  # the third time it had ended


async def test_no_more_run_at_once_than_may():
    work = Work()
    quick = QuickJobs(CONTEXT, {"work": work}, at_once=2)

    for _ in range(5):
        quick.start("work", uuid7(), uuid7())
    await a_moment()
    assert len(work.begun) == 2

    work.may_end.set()
    await a_moment()
    assert len(work.done) == 5


async def test_more_than_a_process_can_hold_is_left_for_later(monkeypatch):
    monkeypatch.setattr(jobs, "WAITING_MAX", 3)
    work = Work()
    work.may_end.set()
    quick = QuickJobs(CONTEXT, {"work": work}, at_once=1)

    for _ in range(5):
        quick.start("work", uuid7(), uuid7())
    await a_moment()

    assert len(work.done) == 3


async def test_one_that_fails_gives_its_place_to_the_next():
    work = Work()
    work.may_end.set()
    quick = QuickJobs(CONTEXT, {"fails": fails, "work": work}, at_once=1)

    quick.start("fails", uuid7(), uuid7())
    quick.start("work", uuid7(), uuid7())
    await a_moment()

    assert len(work.done) == 1


async def test_closing_lets_what_runs_come_to_its_end_and_begins_nothing_more():
    work = Work()
    quick = QuickJobs(CONTEXT, {"work": work}, at_once=1)
    running, waiting = uuid7(), uuid7()
    quick.start("work", uuid7(), running)
    quick.start("work", uuid7(), waiting)
    await a_moment()

    closing = asyncio.create_task(quick.close(within_s=5))
    await a_moment()
    work.may_end.set()
    await closing

    assert (work.begun, work.done) == ([running], [running])


async def test_closing_has_nothing_to_wait_for_when_nothing_runs():
    async with asyncio.timeout(1):
        await QuickJobs(CONTEXT, {}, at_once=1).close(within_s=5)


async def test_closing_does_not_wait_for_ever():
    work = Work()
    quick = QuickJobs(CONTEXT, {"work": work}, at_once=1)
    quick.start("work", uuid7(), uuid7())
    await a_moment()

    async with asyncio.timeout(2):
        await quick.close(within_s=0.05)

    assert work.done == []
