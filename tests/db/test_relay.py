"""An event goes from the outbox to its listeners, and has its effect once."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.contracts.dispatch import VisitPlanned
from app.core.changes import InsertMany
from app.core.ids import uuid7
from app.db.outbox import EventDelivery, announce
from app.db.relay import TRIES_MAX, Many, One, Publish, Relay
from app.db.session import Session, enter_company, transaction
from app.db.work import Work
from app.notifications.api import Item, add_items_once
from app.notifications.inbox.models import InboxItem
from tests.cast import NOON
from tests.conftest import FrozenClock

pytestmark = pytest.mark.covers("P-rel-2")


async def queue_job(*_: Any) -> None:
    raise AssertionError("the relay queues no jobs")


class Heard:
    """A listener that puts what it heard into the dispatchers' inbox."""

    def __init__(self, *, fails: int = 0) -> None:
        self.fails = fails

    async def __call__(self, session: Session, company_id: UUID, event: VisitPlanned, now: datetime) -> None:
        occurrence = str(uuid7())  # twice would be two
        item = Item("dispatcher", "heard", "visit", event.visit_id, {}, occurrence)
        await add_items_once(session, company_id, item)
        if self.fails > 0:
            self.fails -= 1
            raise RuntimeError("the moon is in the wrong house")


class HeardTogether:
    """The same, many at a time. It fails at what concerns `cannot`."""

    def __init__(self, *, cannot: UUID | None = None) -> None:
        self.cannot = cannot
        self.batches: list[int] = []

    async def __call__(self, work: Work, events: Sequence[VisitPlanned], now: datetime) -> None:
        self.batches.append(len(events))
        rows = [
            {
                "id": uuid7(),
                "audience": "dispatcher",
                "kind": "heard",
                "subject_kind": "visit",
                "subject_id": event.visit_id,
                "occurrence": str(uuid7()),
                "params": {},
            }
            for event in events
        ]
        work.write(InsertMany("inbox_item", rows))
        if self.cannot in [event.visit_id for event in events]:
            raise RuntimeError("the moon is in the wrong house")


def relay_to(listeners: Mapping[str, Any], publish: Publish | None = None) -> Relay:
    async def nobody_looks(*_: Any) -> None:
        pass

    named = {
        name: listener if isinstance(listener, One | Many) else One(listener)
        for name, listener in listeners.items()
    }
    return Relay(
        events={VisitPlanned.kind: VisitPlanned},
        listeners={VisitPlanned.kind: named},
        publish=publish or nobody_looks,
    )


@pytest.fixture
async def company_id() -> UUID:
    return uuid7()


@pytest.fixture
def visit_id() -> UUID:
    return uuid7()


@pytest.fixture
def tell(maker, company_id, visit_id):
    async def tell() -> None:
        async with transaction(maker, company_id) as session:
            await announce(session, company_id, VisitPlanned(visit_id=visit_id, job_id=uuid7()))

    return tell


@pytest.fixture
def run(maker, company_id):
    """Relay what waits, then deliver what is due at `now`. Returns how many of each."""

    async def run(relay: Relay, now: datetime = NOON) -> tuple[int, int]:
        clock = FrozenClock()
        clock.moment = now
        relayed = await relay.relay_events(maker, company_id, clock)
        async with transaction(maker, company_id) as session:
            return relayed, await relay.deliver_events(session, company_id, now, queue_job)

    return run


@pytest.fixture
def times_heard(maker, company_id, visit_id):
    async def times_heard() -> int:
        async with transaction(maker, company_id) as session:
            items = await session.scalars(
                select(InboxItem).where(InboxItem.company_id == company_id, InboxItem.subject_id == visit_id)
            )
            return len(items.all())

    return times_heard


@pytest.fixture
def delivery_to(maker, company_id):
    async def delivery_to(listener: str) -> EventDelivery:
        async with transaction(maker, company_id) as session:
            query = select(EventDelivery).where(
                EventDelivery.company_id == company_id, EventDelivery.listener == listener
            )
            return (await session.scalars(query)).one()

    return delivery_to


async def test_a_listener_hears_an_event_once_however_often_the_sweep_runs(tell, run, times_heard):
    relay = relay_to({"heard": Heard()})
    await tell()

    for now in (NOON, NOON, NOON + timedelta(days=1)):
        await run(relay, now)

    assert await times_heard() == 1


async def test_an_event_that_nobody_listens_to_is_relayed_and_leaves_nothing_to_do(tell, run, times_heard):
    await tell()

    assert [await run(relay_to({})), await run(relay_to({}))] == [(1, 0), (0, 0)]
    assert await times_heard() == 0


async def test_an_event_whose_transaction_fails_is_heard_by_nobody(maker, company_id, visit_id, run):
    async with maker() as session:
        await enter_company(session, company_id)
        await announce(session, company_id, VisitPlanned(visit_id=visit_id, job_id=uuid7()))
        await session.rollback()

    assert await run(relay_to({"heard": Heard()})) == (0, 0)


async def test_a_listener_that_fails_is_undone_and_heard_later_and_keeps_nobody_waiting(
    tell, run, times_heard, delivery_to
):
    relay = relay_to({"clumsy": Heard(fails=1), "heard": Heard()})
    await tell()

    await run(relay)

    failed = await delivery_to("clumsy")
    assert await times_heard() == 1
    assert failed.done_at is None
    assert (failed.tries, failed.last_error) == (1, "RuntimeError: the moon is in the wrong house")
    assert failed.due_at == NOON + timedelta(seconds=1)

    assert (await run(relay, NOON))[1] == 0
    assert (await run(relay, NOON + timedelta(seconds=1)))[1] == 1
    assert await times_heard() == 2
    assert (await delivery_to("clumsy")).done_at == NOON + timedelta(seconds=1)


async def test_a_listener_that_never_succeeds_is_left_for_a_person(tell, run, times_heard, delivery_to):
    relay = relay_to({"hopeless": Heard(fails=100)})
    await tell()

    tried = [await run(relay, NOON + timedelta(hours=n)) for n in range(TRIES_MAX + 2)]

    left = await delivery_to("hopeless")
    assert tried == [(1, 1)] + [(0, 1)] * (TRIES_MAX - 1) + [(0, 0)] * 2
    assert left.failed_at == NOON + timedelta(hours=TRIES_MAX - 1)
    assert left.done_at is None
    assert await times_heard() == 0


async def test_a_listener_that_the_database_refuses_holds_up_nothing(tell, run, times_heard, delivery_to):
    async def asks_nonsense(session: Session, *_: Any) -> None:
        await session.execute(text("SELECT 1/0"))

    relay = relay_to({"asks": asks_nonsense, "heard": Heard()})
    await tell()

    await run(relay)

    assert await times_heard() == 1
    assert "division by zero" in ((await delivery_to("asks")).last_error or "")


async def test_processes_that_deliver_at_once_deliver_once(tell, run, times_heard):
    relay = relay_to({"heard": Heard()})
    for _ in range(30):
        await tell()

    await asyncio.gather(*(run(relay) for _ in range(6)))
    while any(await run(relay)):
        pass

    assert await times_heard() == 30


async def test_one_process_at_a_time_relays_the_events_of_a_company(maker, company_id, tell):
    clock, second = FrozenClock(), relay_to({})
    found: list[int] = []

    async def meanwhile(*_: Any) -> None:
        found.append(await second.relay_events(maker, company_id, clock))

    first = relay_to({}, publish=meanwhile)
    await tell()

    found.append(await first.relay_events(maker, company_id, clock))

    assert found == [0, 1]


async def test_listeners_that_hear_events_together_hear_all_that_wait(tell, run, times_heard):
    together = HeardTogether()
    relay = relay_to({"together": Many(together)})
    for _ in range(7):
        await tell()

    assert await run(relay) == (7, 0)

    assert together.batches == [7]
    assert await times_heard() == 7


async def test_an_event_that_cannot_be_heard_keeps_no_other_of_its_batch_from_being_heard(
    maker, company_id, tell, run, times_heard, delivery_to
):
    bad = uuid7()
    await tell()
    await tell_of(maker, company_id, bad)
    await tell()
    together, shown = HeardTogether(cannot=bad), []

    async def publish(_: UUID, facts: Sequence[Any]) -> None:
        shown.append(len(facts))

    relay = relay_to({"together": Many(together), "heard": Heard()}, publish)

    assert await run(relay) == (3, 6)

    assert together.batches == [3, 1, 1, 1]
    assert await times_heard() == 4, "two events by two listeners"
    assert shown == [3], "a batch that fails shows nothing"
    assert len(await failed_deliveries(maker, company_id)) == 1


async def test_a_listener_hears_only_what_concerns_it(maker, company_id, visit_id, tell, run, times_heard):
    async def ours(_: Work, events: Sequence[VisitPlanned]) -> list[VisitPlanned]:
        return [event for event in events if event.visit_id == visit_id]

    relay = relay_to({"heard": One(Heard(), concerns=ours)})
    await tell_of(maker, company_id, uuid7())
    await tell()

    assert await run(relay) == (2, 1)
    assert await times_heard() == 1


async def test_a_killed_relay_leaves_everything_as_it_was(maker, company_id, tell, run, times_heard):
    await tell()
    at_work = asyncio.Event()

    async def hang(*_: Any) -> None:
        at_work.set()
        await asyncio.sleep(60)

    relay = relay_to({"together": Many(HeardTogether())}, publish=hang)
    killed = asyncio.create_task(relay.relay_events(maker, company_id, FrozenClock()))
    await at_work.wait()
    killed.cancel()
    await asyncio.gather(killed, return_exceptions=True)

    assert await times_heard() == 0
    assert await run(relay_to({"together": Many(HeardTogether())})) == (1, 0)
    assert await times_heard() == 1


async def tell_of(maker, company_id: UUID, visit_id: UUID) -> None:
    async with transaction(maker, company_id) as session:
        await announce(session, company_id, VisitPlanned(visit_id=visit_id, job_id=uuid7()))


async def failed_deliveries(maker, company_id: UUID) -> Sequence[EventDelivery]:
    async with transaction(maker, company_id) as session:
        query = select(EventDelivery).where(
            EventDelivery.company_id == company_id, EventDelivery.last_error.is_not(None)
        )
        return (await session.scalars(query)).all()
