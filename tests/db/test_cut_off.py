"""A request can be cut off at any step. The connection that it leaves works as if nothing had happened."""

import asyncio
from collections.abc import Awaitable, Generator
from contextlib import suppress
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import bindparam, select

from app.core.changes import Insert
from app.core.ids import uuid7
from app.db.base import Base
from app.db.query import Query
from app.db.session import Sessions, create_engine, sessions, transaction
from app.db.work import begin_work, work_in
from app.dispatch.visits.queries import LOCK_VISIT

pytestmark = pytest.mark.covers("P-rel-2", "P-rel-4")

SKILL = Base.metadata.tables["skill"]
CODES = Query(select(SKILL.c.code).where(SKILL.c.company_id == bindparam("company")), str)
STEPS_MAX = 50


class CutOff:
    """Awaits something, and cancels it at these steps: just after the answer to a step has come, or before."""

    def __init__(self, whole: Awaitable[None], steps: set[int], *, is_early: bool) -> None:
        self.whole = whole
        self.steps = steps
        self.is_early = is_early
        self.step = 0

    def __await__(self) -> Generator[Any, Any, None]:
        inner = self.whole.__await__()
        with suppress(StopIteration):
            awaited = next(inner)
            while True:
                self.step += 1
                is_cut = self.step in self.steps
                if is_cut and self.is_early and awaited is not None:
                    awaited.cancel()
                else:
                    yield awaited
                awaited = inner.throw(asyncio.CancelledError()) if is_cut else inner.send(None)


async def by_work(maker: Sessions, company_id: UUID, code: str) -> None:
    async with begin_work(maker, company_id) as work:
        work.lock(LOCK_VISIT, uuid7())
        await work.all(CODES)
        work.write(Insert("skill", {"code": code, "name": "Замер"}))


async def by_session(maker: Sessions, company_id: UUID, code: str) -> None:
    async with transaction(maker, company_id) as session, work_in(session, company_id) as work:
        work.lock(LOCK_VISIT, uuid7())
        await work.all(CODES)
        work.write(Insert("skill", {"code": code, "name": "Замер"}))


@pytest.mark.parametrize("write", [by_work, by_session])
@pytest.mark.parametrize(
    ("is_early", "times"), [(False, 1), (True, 1), (True, 2)], ids=["answered", "waiting", "waiting twice"]
)
async def test_the_request_after_one_that_was_cut_off_at_any_step_works(settings, write, is_early, times):
    company_id = uuid7()
    for step in range(1, STEPS_MAX):
        engine = create_engine(settings.app_database_url, pool_size=1)
        maker = sessions(engine)
        async with begin_work(maker, company_id) as work:
            before = await work.all(CODES)
        cut = CutOff(
            write(maker, company_id, f"cut-{step}"), set(range(step, step + times)), is_early=is_early
        )
        with suppress(asyncio.CancelledError):
            await cut

        await write(maker, company_id, f"next-{step}")

        async with begin_work(maker, company_id) as work:
            after = await work.all(CODES)
        await engine.dispose()
        assert set(after) - set(before) - {f"cut-{step}"} == {f"next-{step}"}
        if cut.step < step:
            break
    assert 3 < step < STEPS_MAX - 1, "it was cut off at each of its steps"
