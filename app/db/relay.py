"""From the outbox to the listeners and to the live channel."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple, cast
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import (
    ARRAY,
    ColumnElement,
    DateTime,
    Interval,
    Table,
    Uuid,
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
from app.db.sweeps import Ring
from app.db.wake import wake_background

log = structlog.get_logger(__name__)

Listener = Callable[[Session, UUID, Any, datetime], Awaitable[None]]
"""`listener(session, company_id, event, now)`, in the transaction of its receipt."""

Publish = Callable[[UUID, list[OutboxEvent]], Awaitable[None]]

RELAY_AT_ONCE = 100
DELIVER_AT_ONCE = 10
A_MOMENT = timedelta(microseconds=1)
TRIES_MAX = 12


class Relay:
    """Knows who listens. Every delivery is a row; its `done_at` is the receipt that makes a listener's
    effect happen once: both are written in one transaction."""

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

    async def relay_events(self, session: Session, company_id: UUID, now: datetime, _: Ring) -> int:
        """Sweep: turn waiting events into deliveries, and show them on the live channel.

        One process at a time relays a company's events; another one that finds it at work has nothing
        to do. So events are published in the order of `relayed_at`, and whoever has seen one has
        missed exactly those with a later one.
        """
        began_at = await _begin_relay(session, company_id)
        events = await _take_waiting(session, company_id, began_at) if began_at else []
        if not events:
            return 0
        deliveries = [
            {"company_id": company_id, "event_id": event.id, "listener": name, "due_at": now}
            for event in events
            for name in self._listeners.get(event.kind, {})
        ]
        if deliveries:
            await session.execute(INSERT_DELIVERY, deliveries)
            await wake_background(session)
        await self._publish(company_id, events)
        return len(events)

    async def deliver_events(self, session: Session, company_id: UUID, now: datetime, _: Ring) -> int:
        """Sweep: run the listeners whose deliveries are due first, and sign their receipts.

        Few at a time, so that what listeners lock is free again soon. One that fails undoes what it
        did and is tried again later, the others do not wait for it; out of tries it is left for a
        person (/health/ready counts them).
        """
        deliveries = await _take_due_deliveries(session, company_id, now)
        heard = [one for one in deliveries if await self._deliver(session, company_id, one, now)]
        if heard:
            await _sign(session, company_id, heard, now)
        return len(deliveries)

    async def _deliver(self, session: Session, company_id: UUID, delivery: "Delivery", now: datetime) -> bool:
        try:
            async with session.begin_nested():
                await self._hear(session, company_id, delivery, now)
        except Exception as error:
            log.error(
                "listener_failed", listener=delivery.listener, event_id=str(delivery.event_id), exc_info=error
            )
            await _try_again(session, company_id, delivery, error, now)
            return False
        return True

    async def _hear(self, session: Session, company_id: UUID, delivery: "Delivery", now: datetime) -> None:
        event = msgspec.convert(delivery.payload, self._events[delivery.kind])
        await self._listeners[delivery.kind][delivery.listener](session, company_id, event, now)


def _relay_key(company_id: UUID) -> ColumnElement[int]:
    return func.hashtextextended(f"relay {company_id}", 0)


async def _begin_relay(session: Session, company_id: UUID) -> datetime | None:
    """The database's time, or None while somebody else relays. Held until the end of the transaction."""
    begin = select(func.pg_try_advisory_xact_lock(_relay_key(company_id)), func.clock_timestamp())
    is_ours, began_at = (await session.execute(begin)).one()
    return began_at if is_ours else None


async def wait_for_relay(session: Session, company_id: UUID) -> None:
    """Everything published before this returns can be read as relayed, in this transaction's next query."""
    await session.execute(select(func.pg_advisory_xact_lock_shared(_relay_key(company_id))))


DELIVERIES = cast(Table, EventDelivery.__table__)
NUMBERED = (
    func.unnest(bindparam("ids", type_=ARRAY(Uuid)))
    .table_valued("id", with_ordinality="place")
    .render_derived()
)
WAITING = (
    select(OutboxEvent)
    .where(OutboxEvent.company_id == bindparam("company"), OutboxEvent.relayed_at.is_(None))
    .order_by(OutboxEvent.happened_at, OutboxEvent.id)
    .limit(RELAY_AT_ONCE)
    .with_for_update(skip_locked=True)
)
MARK_RELAYED = (
    update(OutboxEvent)
    .where(OutboxEvent.company_id == bindparam("company"), OutboxEvent.id == NUMBERED.c.id)
    .values(
        relayed_at=bindparam("began_at", type_=DateTime(timezone=True))
        + NUMBERED.c.place * literal(A_MOMENT, Interval)
    )
    .execution_options(synchronize_session=False)
)
INSERT_DELIVERY = insert(DELIVERIES).on_conflict_do_nothing()


async def _take_waiting(session: Session, company_id: UUID, began_at: datetime) -> list[OutboxEvent]:
    """Oldest unrelayed events. Each gets a `relayed_at` of its own, a microsecond after the one before."""
    events = list((await session.scalars(WAITING, {"company": company_id})).all())
    if events:
        ids = [event.id for event in events]
        await session.execute(MARK_RELAYED, {"company": company_id, "ids": ids, "began_at": began_at})
    return events


class Delivery(NamedTuple):
    """Work for one listener."""

    event_id: UUID
    listener: str
    tries: int
    kind: str
    payload: dict[str, Any]


DUE_DELIVERIES = (
    select(
        EventDelivery.event_id,
        EventDelivery.listener,
        EventDelivery.tries,
        OutboxEvent.kind,
        OutboxEvent.payload,
    )
    .join(
        OutboxEvent,
        and_(
            OutboxEvent.company_id == EventDelivery.company_id,
            OutboxEvent.id == EventDelivery.event_id,
        ),
    )
    .where(
        EventDelivery.company_id == bindparam("company"),
        EventDelivery.due_at <= bindparam("now"),
        EventDelivery.done_at.is_(None),
        EventDelivery.failed_at.is_(None),
    )
    .order_by(EventDelivery.due_at)
    .limit(DELIVER_AT_ONCE)
    .with_for_update(of=EventDelivery, skip_locked=True)
)


SETTLE = update(DELIVERIES).where(
    DELIVERIES.c.company_id == bindparam("company"),
    DELIVERIES.c.event_id == bindparam("event"),
    DELIVERIES.c.listener == bindparam("to"),
)


async def _take_due_deliveries(session: Session, company_id: UUID, now: datetime) -> list[Delivery]:
    rows = await session.execute(DUE_DELIVERIES, {"company": company_id, "now": now})
    return [Delivery(*row) for row in rows]


def _which(company_id: UUID, delivery: Delivery) -> dict[str, Any]:
    return {"company": company_id, "event": delivery.event_id, "to": delivery.listener}


async def _sign(session: Session, company_id: UUID, heard: Sequence[Delivery], now: datetime) -> None:
    await session.execute(SETTLE, [_which(company_id, one) | {"done_at": now} for one in heard])


async def _try_again(
    session: Session, company_id: UUID, delivery: Delivery, error: Exception, now: datetime
) -> None:
    tries = delivery.tries + 1
    outcome = {
        "tries": tries,
        "last_error": f"{type(error).__name__}: {error}"[:500],
        "due_at": now + pause_before(tries),
        "failed_at": now if tries >= TRIES_MAX else None,
    }
    await session.execute(SETTLE, _which(company_id, delivery) | outcome)
