"""The loop that keeps deadlines is fair: one company's problems do not delay another company."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update

from app.core.clock import Clock
from app.db.background import TURNS, Waker
from app.db.outbox import OutboxEvent
from app.db.session import Session, Sessions, transaction
from app.db.sweeps import QueueJob, Sweep
from tests.cast import Cast
from tests.dispatch.given import a_planned_visit

OTHER_SWEEPS = ("escalation", "message", "readiness", "upload", "act_pdf", "delivery")


async def have_waiting(cast: Cast, number: int) -> None:
    """Leave exactly `number` events of this company waiting for the relay."""
    async with transaction(cast.maker, cast.company_id) as session:
        await session.execute(
            update(OutboxEvent)
            .where(OutboxEvent.company_id == cast.company_id)
            .values(relayed_at=Clock().now())
        )
        session.add_all(
            OutboxEvent(company_id=cast.company_id, kind="test.waiting", payload={}) for _ in range(number)
        )


async def relay_one(session: Session, company_id: UUID, now: datetime, _: QueueJob) -> int:
    query = (
        select(OutboxEvent)
        .where(
            OutboxEvent.company_id == company_id,
            OutboxEvent.kind == "test.waiting",
            OutboxEvent.relayed_at.is_(None),
        )
        .limit(1)
    )
    event = await session.scalar(query)
    if event is None:
        return 0
    event.relayed_at = now
    return 1


async def nothing(*_: Any) -> int:
    return 0


@asynccontextmanager
async def a_running_waker(
    maker: Sessions, relay: Callable[[Session, UUID, datetime, QueueJob], Any]
) -> AsyncIterator[None]:
    sweeps = [Sweep("relay", relay), *(Sweep(name, nothing) for name in OTHER_SWEEPS)]
    waker = Waker(sessions=maker, sweeps=sweeps, queue_job=nothing, clock=Clock())
    running = asyncio.create_task(waker.run_forever())
    yield
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def until(what: Callable[[], bool]) -> None:
    for _ in range(1000):
        if what():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to that")


async def test_a_company_with_much_to_do_does_not_keep_another_waiting(cast, other_cast, maker):
    await have_waiting(cast, 2 * TURNS)
    await have_waiting(other_cast, 1)
    handled: list[UUID] = []

    async def relay(session: Session, company_id: UUID, now: datetime, queue_job: QueueJob) -> int:
        taken = await relay_one(session, company_id, now, queue_job)
        handled.extend([company_id] * taken)
        return taken

    async with a_running_waker(maker, relay):
        await until(lambda: len(handled) == 2 * TURNS + 1)

    assert handled.index(other_cast.company_id) <= TURNS


async def test_sweeps_of_a_newer_version_do_not_stop_ours(cast, maker):
    await a_planned_visit(cast)  # its client is to be told, by a sweep that is not among OTHER_SWEEPS
    await have_waiting(cast, 1)
    handled: list[UUID] = []

    async def relay(session: Session, company_id: UUID, now: datetime, queue_job: QueueJob) -> int:
        taken = await relay_one(session, company_id, now, queue_job)
        handled.extend([company_id] * taken)
        return taken

    async with a_running_waker(maker, relay):
        await until(lambda: handled == [cast.company_id])


async def test_a_company_whose_rows_cannot_be_handled_does_not_keep_another_waiting(cast, other_cast, maker):
    await have_waiting(cast, 1)
    await have_waiting(other_cast, 3)
    failed: list[float] = []
    handled: list[float] = []

    async def relay(session: Session, company_id: UUID, now: datetime, queue_job: QueueJob) -> int:
        if company_id == cast.company_id:
            failed.append(time.monotonic())
            raise RuntimeError("a row nobody can handle")
        taken = await relay_one(session, company_id, now, queue_job)
        handled.extend([time.monotonic()] * taken)
        return taken

    async with a_running_waker(maker, relay):
        await until(lambda: len(handled) == 3)
        await until(lambda: len(failed) == 2)

    await have_waiting(cast, 0)
    assert handled[-1] - failed[0] < 0.5
    assert failed[1] - failed[0] >= 1  # it is tried again, but not in a hurry
