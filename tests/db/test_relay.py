"""From a fact in the outbox to the effect of its listeners, once."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text

from app.contracts.dispatch import VisitPlanned
from app.core.ids import uuid7
from app.db.outbox import EventDelivery, announce
from app.db.relay import TRIES_MAX, Listener, Relay
from app.db.session import Session, enter_company, transaction
from app.notifications.inbox.models import InboxItem
from app.notifications.inbox.service import add_inbox_item
from tests.cast import NOON

pytestmark = pytest.mark.covers("P-rel-2")


async def ring(*_: Any) -> None:
    raise AssertionError("the relay rings for nothing")


class Heard:
    """A listener that puts what it heard into the dispatchers' inbox."""

    def __init__(self, *, fails: int = 0) -> None:
        self.fails = fails

    async def __call__(self, session: Session, company_id: UUID, event: VisitPlanned, now: datetime) -> None:
        await add_inbox_item(
            session,
            company_id,
            audience="dispatcher",
            kind="heard",
            subject_kind="visit",
            subject_id=event.visit_id,
            occurrence=str(uuid7()),  # twice would be two
            params={},
        )
        if self.fails > 0:
            self.fails -= 1
            raise RuntimeError("the moon is in the wrong house")


def relay_to(listeners: Mapping[str, Listener]) -> Relay:
    async def publish(*_: Any) -> None:
        pass

    return Relay(
        events={VisitPlanned.kind: VisitPlanned},
        listeners={VisitPlanned.kind: listeners},
        publish=publish,
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
    """Relay what waits, then try again what had failed and is due at `now`. Returns how many of each."""

    async def run(relay: Relay, now: datetime = NOON) -> tuple[int, int]:
        async with transaction(maker, company_id) as session:
            relayed = await relay.relay_events(session, company_id, now, ring)
        async with transaction(maker, company_id) as session:
            return relayed, await relay.deliver_events(session, company_id, now, ring)

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
    assert tried == [(1, 0)] + [(0, 1)] * (TRIES_MAX - 1) + [(0, 0)] * 2
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
    relay = relay_to({"heard": Heard()})
    await tell()

    async with transaction(maker, company_id) as first, transaction(maker, company_id) as second:
        taken = [await relay.relay_events(one, company_id, NOON, ring) for one in (first, second)]

    assert taken == [1, 0]
