"""The loop that keeps deadlines works in time and company by company, even after failures."""

import asyncio
import contextlib
import itertools
from collections.abc import AsyncIterator, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from app.contracts.dispatch import VisitPlanned
from app.core.clock import Clock
from app.core.ids import uuid7
from app.db import background
from app.db.background import TURNS, Waker, listen_for_wakes, sweep_company
from app.db.outbox import EventDelivery, announce
from app.db.session import Session, create_engine, enter_company, sessions, transaction
from app.db.sweeps import DueWork, QueueJob, Sweep
from app.db.wake import note
from app.wiring import SWEEPS
from tests.cast import NOON

pytestmark = pytest.mark.covers("P-rel-3")


async def queue_job(*_: Any) -> None:
    """Nobody answers."""


class Noting:
    """A sweep of the deliveries of some companies that takes note of when it ran for whom."""

    def __init__(self, companies: list[UUID]) -> None:
        self.companies = companies
        self.ran: list[tuple[UUID, datetime]] = []
        self.changed = asyncio.Event()

    async def __call__(self, session: Session, company_id: UUID, now: datetime, _: Any) -> int:
        if company_id not in self.companies:  # left by other tests
            return 0
        self.ran.append((company_id, now))
        self.changed.set()
        due = (
            update(EventDelivery)
            .where(
                EventDelivery.company_id == company_id,
                EventDelivery.due_at <= now,
                EventDelivery.done_at.is_(None),
            )
            .values(done_at=now)
            .returning(EventDelivery.event_id)
        )
        return len((await session.execute(due)).all())

    async def until_it_ran_for(self, company_id: UUID) -> datetime:
        async with asyncio.timeout(20):
            while True:
                for company, when in self.ran:
                    if company == company_id:
                        return when
                self.changed.clear()
                await self.changed.wait()


@contextlib.asynccontextmanager
async def running(*coroutines: Coroutine[Any, Any, None]) -> AsyncIterator[list[asyncio.Task[None]]]:
    tasks = [asyncio.create_task(one) for one in coroutines]
    try:
        yield tasks
    finally:
        for task in tasks:
            task.cancel()
        ended = await asyncio.gather(*tasks, return_exceptions=True)
        assert [one for one in ended if not isinstance(one, asyncio.CancelledError)] == []


def waker_of(maker: Any, sweep: Any, *, rest_s: float = 0.0) -> Waker:
    """A waker with this sweep only. Work that other tests have left for other sweeps is ignored."""
    others = [Sweep(name, nothing) for name in ("relay", "message", *(one.name for one in SWEEPS))]
    sweeps = [Sweep("delivery", sweep, rest_s=rest_s), *others]
    return Waker(sessions=maker, sweeps=sweeps, queue_job=queue_job, clock=Clock())


async def nothing(*_: Any) -> int:
    return 0


async def make_due(maker: Any, company_id: UUID, due_at: datetime, *, count: int = 1) -> None:
    async with transaction(maker, company_id) as session:
        for _ in range(count):
            session.add(EventDelivery(company_id=company_id, event_id=uuid7(), listener="one", due_at=due_at))


async def test_what_is_due_in_a_moment_is_done_then_and_not_before(maker):
    company_id = uuid7()
    due_at = datetime.now(UTC) + timedelta(seconds=1.3)
    await make_due(maker, company_id, due_at)
    sweep = Noting([company_id])

    async with running(waker_of(maker, sweep).run_forever()):
        ran_at = await sweep.until_it_ran_for(company_id)

    assert due_at <= ran_at


class ListeningWaker(Waker):
    """Only hears that it should wake, and for what."""

    def __init__(self) -> None:
        self.heard = asyncio.Event()
        self.notes: list[str] = []

    def hears(self, hears: bool) -> None:
        if hears:
            self.heard.set()

    def wake(self, note: str = "") -> None:
        self.notes.append(note)
        self.heard.set()

    async def is_woken(self) -> None:
        async with asyncio.timeout(20):
            await self.heard.wait()
        self.heard.clear()


async def say_something(maker: Any) -> None:
    company_id = uuid7()
    async with transaction(maker, company_id) as session:
        await announce(session, company_id, VisitPlanned(visit_id=uuid7(), job_id=uuid7()))


async def test_a_fact_wakes_it_when_it_is_committed_and_not_before(maker, settings):
    waker, company_id = ListeningWaker(), uuid7()
    async with running(listen_for_wakes(settings.app_database_url, waker)):
        await waker.is_woken()  # it listens now

        async with transaction(maker, company_id) as session:
            await announce(session, company_id, VisitPlanned(visit_id=uuid7(), job_id=uuid7()))
            await asyncio.sleep(0.3)
            assert not waker.heard.is_set()

        await waker.is_woken()

    assert waker.notes[-1] == f"relay {company_id}"


async def test_it_is_woken_again_after_the_database_has_cut_everybody_off(maker, settings, superuser):
    waker = ListeningWaker()
    async with running(listen_for_wakes(settings.app_database_url, waker)):
        await waker.is_woken()
        await superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await waker.is_woken()  # it is back

        await say_something(maker)

        await waker.is_woken()


async def test_a_deadline_is_kept_after_the_database_has_cut_everybody_off(maker, superuser):
    company_id = uuid7()
    sweep = Noting([company_id])

    async with running(waker_of(maker, sweep).run_forever()):
        await asyncio.sleep(0.3)
        await superuser.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await asyncio.sleep(0.3)  # they do not end at once
        await make_due(maker, company_id, datetime.now(UTC))
        await sweep.until_it_ran_for(company_id)


async def test_a_company_with_endless_work_gives_way_after_some_turns(maker, clock):
    turns = 0

    async def endless(*_: Any) -> int:
        nonlocal turns
        turns += 1
        return 1

    taken = await sweep_company(maker, Sweep("any", endless), uuid7(), queue_job=queue_job, clock=clock)

    assert taken == turns == TURNS


async def test_jobs_are_queued_when_the_transaction_is_committed_and_not_before(maker, clock):
    company_id, seen = uuid7(), []

    async def makes_and_queues(session: Session, whose: UUID, now: datetime, queue_job: QueueJob) -> int:
        session.add(EventDelivery(company_id=whose, event_id=uuid7(), listener="one", due_at=now))
        await session.flush()
        await queue_job("look", whose)
        return 0

    async def look(_: str, whose: UUID) -> None:
        async with transaction(maker, whose) as session:
            seen.append(len((await session.scalars(select(EventDelivery))).all()))

    await sweep_company(maker, Sweep("any", makes_and_queues), company_id, queue_job=look, clock=clock)

    assert seen == [1]


async def test_a_job_that_cannot_be_queued_keeps_no_other_back(maker, clock):
    queued: list[str] = []

    async def queues_twice(_: Session, whose: UUID, __: datetime, queue_job: QueueJob) -> int:
        await queue_job("first", whose)
        await queue_job("second", whose)
        return 0

    async def half_broken(job: str, *_: Any) -> None:
        if job == "first":
            raise ConnectionError("no Redis")
        queued.append(job)

    await sweep_company(maker, Sweep("any", queues_twice), uuid7(), queue_job=half_broken, clock=clock)

    assert queued == ["second"]


async def test_a_sweep_that_fails_queues_nothing(maker, clock):
    async def queues_and_fails(_: Session, whose: UUID, __: datetime, queue_job: QueueJob) -> int:
        await queue_job("anything", whose)
        raise RuntimeError("the moon is in the wrong house")

    with pytest.raises(RuntimeError):
        await sweep_company(maker, Sweep("any", queues_and_fails), uuid7(), queue_job=no_queue, clock=clock)


async def no_queue(*_: Any) -> None:
    raise AssertionError("nothing was committed")


async def test_a_sweep_that_took_all_there_was_is_not_asked_again(maker, clock):
    turns = 0

    async def three(*_: Any) -> int:
        nonlocal turns
        turns += 1
        return 3

    taken = await sweep_company(
        maker, Sweep("any", three, at_once=4), uuid7(), queue_job=queue_job, clock=clock
    )

    assert (taken, turns) == (3, 1)


async def test_a_sweep_it_is_told_of_runs_although_nothing_is_due(maker):
    company_id = uuid7()
    sweep = Noting([company_id])
    waker = waker_of(maker, sweep)

    async with running(waker.run_forever()):
        await asyncio.sleep(0.3)
        waker.wake(f"delivery {company_id}")
        await sweep.until_it_ran_for(company_id)


async def test_a_deadline_it_is_told_of_is_kept_although_it_has_not_looked_for_it(maker):
    company_id = uuid7()
    sweep = Noting([company_id])
    waker = waker_of(maker, sweep)

    async with running(waker.run_forever()):
        await until_it_has_looked(waker)
        due_at = Clock().now() + timedelta(seconds=0.4)
        waker.wake(note("delivery", company_id, due_at))
        ran_at = await sweep.until_it_ran_for(company_id)

    assert timedelta() <= ran_at - due_at < timedelta(seconds=0.3)


async def test_a_deadline_that_had_passed_when_it_was_told_of_is_kept_at_once(maker):
    company_id = uuid7()
    sweep = Noting([company_id])
    waker = waker_of(maker, sweep)

    async with running(waker.run_forever()):
        await until_it_has_looked(waker)
        waker.wake(note("delivery", company_id, Clock().now() - timedelta(days=1)))
        async with asyncio.timeout(5):
            await sweep.until_it_ran_for(company_id)


@pytest.fixture(params=["fails", "hangs"])
def no_look_succeeds(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a Citus cluster while one of its nodes is away."""

    async def look(*_: Any, **__: Any) -> list[DueWork]:
        if request.param == "hangs":
            await asyncio.Event().wait()
        raise ConnectionError("connection to the remote node failed")

    monkeypatch.setattr(background, "find_due_work", look)


@pytest.mark.usefixtures("no_look_succeeds")
@pytest.mark.parametrize("ahead", [timedelta(), timedelta(seconds=1.5)], ids=["at once", "later"])
async def test_what_it_is_told_of_is_done_although_it_cannot_look_across_companies(maker, monkeypatch, ahead):
    monkeypatch.setattr(background, "KNOWN_AHEAD", timedelta(seconds=0.5))
    company_id = uuid7()
    sweep = Noting([company_id])
    waker = waker_of(maker, sweep)

    async with running(waker.run_forever()):
        await until_it_has_looked(waker)
        due_at = Clock().now() + ahead
        waker.wake(note("delivery", company_id, due_at if ahead else None))
        ran_at = await sweep.until_it_ran_for(company_id)

    assert timedelta() <= ran_at - due_at < timedelta(seconds=0.3)


async def test_what_it_was_not_told_of_is_found_when_it_can_look_again(maker, monkeypatch):
    company_id, looks = uuid7(), 0
    sweep = Noting([company_id])

    async def look(*_: Any, **__: Any) -> list[DueWork]:
        nonlocal looks
        looks += 1
        if looks == 1:
            raise ConnectionError("connection to the remote node failed")
        return [DueWork(datetime.now(UTC), "delivery", company_id)]

    monkeypatch.setattr(background, "find_due_work", look)
    waker = waker_of(maker, sweep)
    waker.hears(True)
    async with running(waker.run_forever()), asyncio.timeout(5):
        await sweep.until_it_ran_for(company_id)


async def test_a_deadline_nobody_told_of_is_found_by_the_next_look(maker, monkeypatch):
    monkeypatch.setattr(background, "LOOK_EVERY_S", 1.0)
    company_id = uuid7()
    sweep = Noting([company_id])
    waker = waker_of(maker, sweep)
    waker.hears(True)

    async with running(waker.run_forever()):
        await until_it_has_looked(waker)
        async with maker() as session, session.begin():  # sends no notes
            await enter_company(session, company_id)
            session.add(EventDelivery(company_id=company_id, event_id=uuid7(), listener="one", due_at=NOON))
        async with asyncio.timeout(5):
            await sweep.until_it_ran_for(company_id)


async def test_what_it_cannot_read_or_does_not_know_of_ends_nothing(maker):
    company_id = uuid7()
    sweep = Noting([company_id])
    waker = waker_of(maker, sweep)

    async with running(waker.run_forever()):
        for said in (
            "",
            "nonsense",
            "delivery nobody",
            f"of_tomorrow {company_id}",
            f"delivery {company_id} soon",
        ):
            waker.wake(said)
        waker.wake(note("delivery", company_id))
        await sweep.until_it_ran_for(company_id)


async def test_it_does_not_ask_for_work_while_it_hears_of_none(maker, settings, monkeypatch):
    looks = 0

    async def look(*_: Any, **__: Any) -> list[DueWork]:
        nonlocal looks
        looks += 1
        return []

    monkeypatch.setattr(background, "find_due_work", look)
    waker = waker_of(maker, nothing)
    async with running(waker.run_forever(), listen_for_wakes(settings.app_database_url, waker)):
        await asyncio.sleep(2)
        at_start = looks
        await asyncio.sleep(3)

    assert (at_start <= 3, looks - at_start) == (True, 0)


async def test_deadlines_of_two_processes_are_kept_once_each(maker, settings):
    companies = [uuid7() for _ in range(5)]
    taken: list[int] = []

    async def take(session: Session, whose: UUID, now: datetime, queue_job: QueueJob) -> int:
        count = await noting(session, whose, now, queue_job)
        taken.append(count)
        return count

    noting = Noting(companies)
    wakers = [waker_of(maker, take) for _ in range(2)]
    listening = [listen_for_wakes(settings.app_database_url, one) for one in wakers]
    async with running(*(one.run_forever() for one in wakers), *listening):
        await asyncio.sleep(1)
        due_at = Clock().now() + timedelta(seconds=1)
        for company_id in companies:
            await make_due(maker, company_id, due_at, count=10)
        await asyncio.sleep(2)

    late = [when - due_at for _, when in noting.ran]
    assert sum(taken) == 50
    assert max(late) < timedelta(seconds=1.9)


async def until_it_has_looked(waker: Waker) -> None:
    async with asyncio.timeout(5):
        while waker._known_until.year == 1:  # noqa: ASYNC110  # nothing tells of it
            await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)


async def test_a_company_whose_sweep_fails_rests_and_is_tried_again(maker):
    company_id = uuid7()
    tried: list[float] = []

    async def fails(session: Session, whose: UUID, *_: Any) -> int:
        if whose == company_id:
            tried.append(asyncio.get_running_loop().time())
            raise RuntimeError("the moon is in the wrong house")
        return 0

    waker = waker_of(maker, fails)
    await make_due(maker, company_id, datetime.now(UTC) - timedelta(seconds=1))
    async with running(waker.run_forever()):
        async with asyncio.timeout(20):
            while len(tried) < 3:
                waker.wake(f"delivery {company_id}")
                await asyncio.sleep(0.05)

    assert all(later - earlier > 0.9 for earlier, later in itertools.pairwise(tried))


@pytest.mark.parametrize("ends", ["fails", "takes nothing"])
async def test_what_cannot_be_done_now_is_not_asked_for_without_end(maker, monkeypatch, ends):
    company_id, looks = uuid7(), 0

    async def cannot(session: Session, whose: UUID, *_: Any) -> int:
        if whose == company_id and ends == "fails":
            raise RuntimeError("the moon is in the wrong house")
        return 0

    async def look(*args: Any, **options: Any) -> list[DueWork]:
        nonlocal looks
        looks += 1
        return [DueWork(datetime.now(UTC) - timedelta(seconds=1), "delivery", company_id)]

    monkeypatch.setattr(background, "find_due_work", look)
    async with running(waker_of(maker, cannot).run_forever()):
        await asyncio.sleep(2)

    assert looks <= 5


NOWHERE = "postgresql://nobody:x@127.0.0.1:1/nowhere"


async def test_a_database_that_is_away_ends_nothing(settings):
    engine = create_engine(NOWHERE)
    waker = waker_of(sessions(engine), Noting([]))

    async with running(waker.run_forever(), listen_for_wakes(NOWHERE, waker)) as tasks:
        await asyncio.sleep(1.5)

        assert [task.done() for task in tasks] == [False, False]

    await engine.dispose()


async def test_a_sweep_that_takes_its_time_is_not_started_beside_itself(maker):
    company_id = uuid7()
    await make_due(maker, company_id, datetime.now(UTC) - timedelta(seconds=1))
    at_work, most_at_work, is_enough = 0, 0, asyncio.Event()

    async def slow(session: Session, whose: UUID, *_: Any) -> int:
        nonlocal at_work, most_at_work
        if whose != company_id:
            return 0
        at_work += 1
        most_at_work = max(most_at_work, at_work)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                await is_enough.wait()
        at_work -= 1
        return 0

    waker = waker_of(maker, slow)
    async with running(waker.run_forever()):
        for _ in range(10):
            await asyncio.sleep(0.1)
            waker.wake()
        is_enough.set()

    assert most_at_work == 1


async def test_a_sweep_that_rests_runs_at_once_and_then_once_for_all_it_was_told_of_meanwhile(maker):
    sweep = Noting([company_id := uuid7(), another := uuid7()])
    waker = waker_of(maker, sweep, rest_s=2.0)

    async with running(waker.run_forever()):
        for _ in range(5):
            waker.wake(note("delivery", company_id))
            await sweep.until_it_ran_for(company_id)
        waker.wake(note("delivery", another))
        await sweep.until_it_ran_for(another)
        before_the_rest_is_over = list(sweep.ran)
        await asyncio.sleep(2.5)

    assert [company for company, _ in before_the_rest_is_over] == [company_id, another]
    first, second = [when for company, when in sweep.ran if company == company_id]
    assert second - first >= timedelta(seconds=2)
