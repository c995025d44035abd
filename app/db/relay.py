"""From the outbox to the listeners and to the live channel."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Interval,
    Table,
    and_,
    bindparam,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from app.contracts.event import Event
from app.db.jobs import pause_before
from app.db.outbox import EventDelivery, OutboxEvent
from app.db.session import Session
from app.db.sweeps import Ring, Sweep
from app.db.wake import wake_for

log = structlog.get_logger(__name__)

Listener = Callable[[Session, UUID, Any, datetime], Awaitable[None]]
"""`listener(session, company_id, event, now)`, in the transaction of its receipt."""

AT_ONCE = 20
"""Few, so that what listeners lock is free again soon."""
LISTENER_WAITS = "1s"
A_MOMENT = timedelta(microseconds=1)
TRIES_MAX = 12


class Fact(NamedTuple):
    """What has happened, as listeners and screens are told of it."""

    id: UUID
    kind: str
    payload: dict[str, Any]
    happened_at: datetime


Publish = Callable[[UUID, Sequence[Fact]], Awaitable[None]]


class Relay:
    """Knows who listens. A listener's effect happens once: it is written in the transaction that marks
    the event as relayed or, if that listener failed then, the delivery as done."""

    def __init__(
        self,
        *,
        events: Mapping[str, type[Event]],
        listeners: Mapping[str, Mapping[str, Listener]],
        publish: Publish,
    ) -> None:
        self._events = events
        self._listeners = listeners
        """Event kind -> listener name -> listener."""
        self._publish = publish

    def sweeps(self) -> list[Sweep]:
        return [Sweep("relay", self.relay_events, AT_ONCE), Sweep("delivery", self.deliver_events, AT_ONCE)]

    async def relay_events(self, session: Session, company_id: UUID, now: datetime, _: Ring) -> int:
        """Sweep: show waiting events on the live channel and let their listeners hear them.

        One process at a time relays a company's events; another one that finds it at work has nothing
        to do. So events are published in the order of `relayed_at`, and whoever has seen one has
        missed exactly those with a later one.
        """
        began_at = await _begin_relay(session, company_id)
        facts = await _take_waiting(session, company_id, began_at) if began_at else []
        if not facts:
            return 0
        await self._publish(company_id, facts)
        for fact in facts:
            for listener in self._listeners.get(fact.kind, {}):
                await self._deliver(session, company_id, Delivery(fact, listener, tries=0), now)
        return len(facts)

    async def deliver_events(self, session: Session, company_id: UUID, now: datetime, _: Ring) -> int:
        """Sweep: once more to listeners that have failed."""
        deliveries = await _take_due_deliveries(session, company_id, now)
        heard = [one for one in deliveries if await self._deliver(session, company_id, one, now)]
        if heard:
            await _sign(session, company_id, heard, now)
        return len(deliveries)

    async def _deliver(self, session: Session, company_id: UUID, delivery: "Delivery", now: datetime) -> bool:
        """A listener that fails undoes what it did and is tried again later, the others do not wait for
        it; out of tries it is left for a person (/health/ready counts them)."""
        fact, listener, _ = delivery
        try:
            async with session.begin_nested():
                event = msgspec.convert(fact.payload, self._events[fact.kind])
                await self._listeners[fact.kind][listener](session, company_id, event, now)
        except Exception as error:
            log.error("listener_failed", listener=listener, event_id=str(fact.id), exc_info=error)
            await _try_again(session, company_id, delivery, error, now)
            return False
        return True


def _relay_key(company_id: UUID) -> ColumnElement[int]:
    return func.hashtextextended(f"relay {company_id}", 0)


async def _begin_relay(session: Session, company_id: UUID) -> datetime | None:
    """The database's time, or None while somebody else relays. Held until the end of the transaction.

    A listener that waits for a row is soon tried again later: screens that come back wait for the relay.
    """
    begin = select(
        func.pg_try_advisory_xact_lock(_relay_key(company_id)),
        func.clock_timestamp(),
        func.set_config("lock_timeout", LISTENER_WAITS, True),
    )
    is_ours, began_at, _ = (await session.execute(begin)).one()
    return began_at if is_ours else None


async def wait_for_relay(session: Session, company_id: UUID) -> None:
    """Everything published before this returns can be read as relayed, in this transaction's next query."""
    await session.execute(select(func.pg_advisory_xact_lock_shared(_relay_key(company_id))))


EVENTS = cast(Table, OutboxEvent.__table__)
OLDEST = (
    select(EVENTS.c.id, EVENTS.c.happened_at)
    .where(EVENTS.c.company_id == bindparam("company"), EVENTS.c.relayed_at.is_(None))
    .order_by(EVENTS.c.happened_at, EVENTS.c.id)
    .limit(AT_ONCE)
    .subquery()
)
WAITING = select(
    OLDEST.c.id, func.row_number().over(order_by=(OLDEST.c.happened_at, OLDEST.c.id)).label("place")
).cte("waiting")
TAKE_WAITING = (
    update(EVENTS)
    .where(EVENTS.c.company_id == bindparam("company"), EVENTS.c.id == WAITING.c.id)
    .values(
        relayed_at=bindparam("began_at", type_=DateTime(timezone=True))
        + WAITING.c.place * literal(A_MOMENT, Interval)
    )
    .returning(EVENTS.c.id, EVENTS.c.kind, EVENTS.c.payload, EVENTS.c.happened_at)
)


async def _take_waiting(session: Session, company_id: UUID, began_at: datetime) -> list[Fact]:
    """Oldest unrelayed events. Each gets a `relayed_at` of its own, a microsecond after the one before."""
    rows = await session.execute(TAKE_WAITING, {"company": company_id, "began_at": began_at})
    return sorted((Fact(*row) for row in rows), key=lambda fact: (fact.happened_at, fact.id))


class Delivery(NamedTuple):
    """Work for one listener."""

    fact: Fact
    listener: str
    tries: int


DELIVERIES = cast(Table, EventDelivery.__table__)
DUE_DELIVERIES = (
    select(
        EVENTS.c.id,
        EVENTS.c.kind,
        EVENTS.c.payload,
        EVENTS.c.happened_at,
        DELIVERIES.c.listener,
        DELIVERIES.c.tries,
    )
    .join(
        EVENTS,
        and_(EVENTS.c.company_id == DELIVERIES.c.company_id, EVENTS.c.id == DELIVERIES.c.event_id),
    )
    .where(
        DELIVERIES.c.company_id == bindparam("company"),
        DELIVERIES.c.due_at <= bindparam("now"),
        DELIVERIES.c.done_at.is_(None),
        DELIVERIES.c.failed_at.is_(None),
    )
    .order_by(DELIVERIES.c.due_at)
    .limit(AT_ONCE)
    .with_for_update(of=DELIVERIES, skip_locked=True)
)
SIGN = (
    update(DELIVERIES)
    .where(
        DELIVERIES.c.company_id == bindparam("company"),
        DELIVERIES.c.event_id == bindparam("event"),
        DELIVERIES.c.listener == bindparam("to"),
    )
    .values(done_at=bindparam("now"))
)
FAILED = insert(DELIVERIES)
TRY_AGAIN = FAILED.on_conflict_do_update(
    index_elements=list(DELIVERIES.primary_key),
    set_={name: FAILED.excluded[name] for name in ("tries", "last_error", "due_at", "failed_at")},
)


async def _take_due_deliveries(session: Session, company_id: UUID, now: datetime) -> list[Delivery]:
    rows = await session.execute(DUE_DELIVERIES, {"company": company_id, "now": now})
    return [Delivery(Fact(*fact), listener, tries) for *fact, listener, tries in rows]


async def _sign(session: Session, company_id: UUID, heard: Sequence[Delivery], now: datetime) -> None:
    signed = [{"company": company_id, "event": one.fact.id, "to": one.listener, "now": now} for one in heard]
    await session.execute(SIGN, signed)


async def _try_again(
    session: Session, company_id: UUID, delivery: Delivery, error: Exception, now: datetime
) -> None:
    tries = delivery.tries + 1
    failed = {
        "company_id": company_id,
        "event_id": delivery.fact.id,
        "listener": delivery.listener,
        "tries": tries,
        "last_error": f"{type(error).__name__}: {error}"[:500],
        "due_at": now + pause_before(tries),
        "failed_at": now if tries >= TRIES_MAX else None,
    }
    await session.execute(TRY_AGAIN, failed)
    if failed["failed_at"] is None:
        wake_for(session, DELIVERIES, failed)
