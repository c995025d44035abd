"""Carries events from the outbox to the listeners and to the live channel."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Double,
    Table,
    Uuid,
    and_,
    bindparam,
    func,
    literal,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from app.contracts.event import Event
from app.core.changes import InsertMany
from app.core.clock import Clock
from app.db.jobs import pause_before
from app.db.outbox import EventDelivery, OutboxEvent
from app.db.query import Query
from app.db.session import Session, Sessions
from app.db.sweeps import AnySweep, FreeSweep, QueueJob, Sweep
from app.db.wake import wake_for
from app.db.work import Work, begin_work, work_in

log = structlog.get_logger(__name__)

HearsOne = Callable[[Session, UUID, Any, datetime], Awaitable[None]]
"""`listener(session, company_id, event, now)`, in the transaction that marks its delivery as done."""
HearsMany = Callable[[Work, Sequence[Any], datetime], Awaitable[None]]
"""`listener(work, events, now)`: several events of one kind, in the transaction that marks them as relayed."""


async def every_event(_: Work, events: Sequence[Any]) -> Sequence[Any]:
    return events


class One(NamedTuple):
    """A listener that hears one event at a time, each in a savepoint of the sweep `delivery`."""

    hear: HearsOne
    concerns: Callable[[Work, Sequence[Any]], Awaitable[Sequence[Any]]] = every_event
    """Picks the events that the listener must hear. Must be cheap: it sees every event of its kind."""


class Many(NamedTuple):
    """A listener that hears events together. For events that happen often."""

    hear: HearsMany


Listener = One | Many

AT_ONCE = 20
"""Events of one transaction. Few, so that the locks of listeners are short."""
REST_S = 0.05
"""Screens see events at most this much later, and only when there are many."""
LISTENER_WAITS = "1s"
"""How long a listener waits for a lock before its try fails."""
TRIES_MAX = 12


class StoredEvent(NamedTuple):
    """An event as it is stored and as screens get it."""

    id: UUID
    kind: str
    payload: dict[str, Any]
    happened_at: datetime


Publish = Callable[[UUID, Sequence[StoredEvent]], Awaitable[None]]


class Relay:
    """Knows who listens to which event.

    The effect of a listener happens once. It is written in the same transaction that marks the event
    as relayed or the delivery as done.
    """

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

    def sweeps(self) -> list[AnySweep]:
        return [
            FreeSweep("relay", self.relay_events, AT_ONCE, companies_at_once=2, rest_s=REST_S),
            Sweep("delivery", self.deliver_events, AT_ONCE),
        ]

    async def relay_events(self, sessions: Sessions, company_id: UUID, clock: Clock) -> int:
        """Sweep: let listeners hear waiting events, and send the events to the live channel.

        `Many` listeners hear the events here, together. If one of them fails, nothing is written. Then
        every listener hears these events one by one, in the sweep `delivery`.
        """
        try:
            return await self._relay(sessions, company_id, clock.now(), self._hear)
        except Exception as error:
            log.error("batch_failed", company_id=str(company_id), exc_info=error)
            return await self._relay(sessions, company_id, clock.now(), _leave_all)

    async def _relay(self, sessions: Sessions, company_id: UUID, now: datetime, hear: "Hear") -> int:
        """Relay some events. Only one process at a time relays events of a company; another one does nothing.

        So events are published in the order of `relayed_at`. A screen that saw an event has missed only
        events with a later `relayed_at`.
        """
        async with begin_work(sessions, company_id) as work:
            stored = await _take_waiting(work)
            by_kind: dict[str, list[StoredEvent]] = {}
            for one in stored:
                by_kind.setdefault(one.kind, []).append(one)
            for kind, some in by_kind.items():
                for name, listener in self._listeners.get(kind, {}).items():
                    left = await hear(work, listener, some, now)
                    _leave_for_delivery(work, name, left, now)
            if stored:
                await self._publish(company_id, stored)
        return len(stored)

    async def _hear(
        self, work: Work, listener: Listener, stored: Sequence[StoredEvent], now: datetime
    ) -> Sequence[StoredEvent]:
        """Let one listener hear events. Returns those that the sweep `delivery` must deliver."""
        events = [self._event(one) for one in stored]
        if isinstance(listener, Many):
            await listener.hear(work, events, now)
            return []
        wanted = {id(event) for event in await listener.concerns(work, events)}
        return [one for one, event in zip(stored, events, strict=True) if id(event) in wanted]

    def _event(self, stored: StoredEvent) -> Event:
        return msgspec.convert(stored.payload, self._events[stored.kind])

    async def deliver_events(self, session: Session, company_id: UUID, now: datetime, _: QueueJob) -> int:
        """Sweep: let a listener hear one event at a time, or again after a failure.

        A listener that waits too long for a lock fails and is tried again soon.
        """
        await session.execute(text(f"SET LOCAL lock_timeout = '{LISTENER_WAITS}'"))
        deliveries = await _take_due_deliveries(session, company_id, now)
        heard = [one for one in deliveries if await self._deliver(session, company_id, one, now)]
        if heard:
            await _mark_done(session, company_id, heard, now)
        return len(deliveries)

    async def _deliver(self, session: Session, company_id: UUID, delivery: "Delivery", now: datetime) -> bool:
        """Let one listener hear one event. Returns whether it worked.

        After a failure its changes are undone and it is tried again later. Other deliveries do not
        wait for it. When its tries are used up, a person must look at it; /health/ready counts it.
        """
        stored, name, _ = delivery
        try:
            async with session.begin_nested():
                listener = self._listeners[stored.kind][name]
                if isinstance(listener, One):
                    await listener.hear(session, company_id, self._event(stored), now)
                else:
                    async with work_in(session, company_id) as work:
                        await listener.hear(work, [self._event(stored)], now)
        except Exception as error:
            log.error("listener_failed", listener=name, event_id=str(stored.id), exc_info=error)
            await _try_again(session, company_id, delivery, error, now)
            return False
        return True


Hear = Callable[[Work, Listener, Sequence[StoredEvent], datetime], Awaitable[Sequence[StoredEvent]]]


async def _leave_all(
    _: Work, __: Listener, stored: Sequence[StoredEvent], ___: datetime
) -> Sequence[StoredEvent]:
    return stored


def _leave_for_delivery(work: Work, listener: str, stored: Sequence[StoredEvent], now: datetime) -> None:
    if stored:
        rows = [{"event_id": one.id, "listener": listener, "due_at": now} for one in stored]
        work.write(InsertMany("event_delivery", rows, once=True))


def _relay_key(company_id: ColumnElement[UUID]) -> ColumnElement[int]:
    return func.hashtextextended(func.concat("relay ", company_id), 0)


COMPANY = bindparam("company", type_=Uuid)
BEGIN_RELAY = Query(
    select(
        func.pg_try_advisory_xact_lock(_relay_key(COMPANY)),
        func.clock_timestamp(type_=DateTime(timezone=True)),
    ),
    lambda *row: row,
)
"""Take the lock of the relay until the end of the transaction, if it is free. Also the database's time."""


async def wait_for_relay(session: Session, company_id: UUID) -> None:
    """Wait until no relay of the company is running.

    The next query of this transaction then sees every event published so far as relayed.
    """
    lock = select(func.pg_advisory_xact_lock_shared(_relay_key(literal(company_id, Uuid))))
    await session.execute(lock)


EVENTS = cast(Table, OutboxEvent.__table__)
OLDEST = (
    select(EVENTS.c.id, EVENTS.c.happened_at)
    .where(EVENTS.c.company_id == COMPANY, EVENTS.c.relayed_at.is_(None))
    .order_by(EVENTS.c.happened_at, EVENTS.c.id)
    .limit(AT_ONCE)
    .subquery()
)
WAITING = select(
    OLDEST.c.id, func.row_number().over(order_by=(OLDEST.c.happened_at, OLDEST.c.id)).label("place")
).cte("waiting")
TAKE_WAITING = Query(
    update(EVENTS)
    .where(EVENTS.c.company_id == COMPANY, EVENTS.c.id == WAITING.c.id)
    .values(relayed_at=func.to_timestamp(bindparam("began_at", type_=Double) + WAITING.c.place * 1e-6))
    .returning(EVENTS.c.id, EVENTS.c.kind, EVENTS.c.payload, EVENTS.c.happened_at),
    StoredEvent,
)
"""Mark the oldest events as relayed. Each gets its own `relayed_at`, a microsecond after the one before.
The sum is made of numbers, because Citus refuses timestamptz + interval in an UPDATE."""


async def _take_waiting(work: Work) -> list[StoredEvent]:
    """No events while another process relays."""
    is_ours, began_at = (await work.all(BEGIN_RELAY))[0]
    if not is_ours:
        return []
    stored = await work.all(TAKE_WAITING, began_at=began_at.timestamp())
    return sorted(stored, key=lambda one: (one.happened_at, one.id))


class Delivery(NamedTuple):
    """One event that one listener must hear. `tries` is the number of failed tries."""

    stored: StoredEvent
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
    .order_by(DELIVERIES.c.due_at, DELIVERIES.c.event_id)
    .limit(AT_ONCE)
    .with_for_update(of=DELIVERIES, skip_locked=True)
)
MARK_DONE = (
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
    return [Delivery(StoredEvent(*event), listener, tries) for *event, listener, tries in rows]


async def _mark_done(session: Session, company_id: UUID, heard: Sequence[Delivery], now: datetime) -> None:
    done = [{"company": company_id, "event": one.stored.id, "to": one.listener, "now": now} for one in heard]
    await session.execute(MARK_DONE, done)


async def _try_again(
    session: Session, company_id: UUID, delivery: Delivery, error: Exception, now: datetime
) -> None:
    tries = delivery.tries + 1
    failed = {
        "company_id": company_id,
        "event_id": delivery.stored.id,
        "listener": delivery.listener,
        "tries": tries,
        "last_error": f"{type(error).__name__}: {error}"[:500],
        "due_at": now + pause_before(tries),
        "failed_at": now if tries >= TRIES_MAX else None,
    }
    await session.execute(TRY_AGAIN, failed)
    if failed["failed_at"] is None:
        wake_for(session, DELIVERIES, failed)
