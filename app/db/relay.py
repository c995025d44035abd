"""From the outbox to the listeners and to the live channel."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec
import structlog
from sqlalchemy import ARRAY, ColumnElement, DateTime, Uuid, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert

from app.contracts.event import Event
from app.db.jobs import JobContext, pause_before
from app.db.outbox import EventDelivery, OutboxEvent
from app.db.session import Session, transaction
from app.db.sweeps import Ring

log = structlog.get_logger(__name__)

Listener = Callable[[Session, UUID, Any, datetime], Awaitable[None]]
"""`listener(session, company_id, event, now)`, in the transaction of its receipt."""

Publish = Callable[[UUID, list[OutboxEvent]], Awaitable[None]]

DELIVER_EVENT = "deliver_event"
BATCH = 100
A_MOMENT = timedelta(microseconds=1)
TRIES_MAX = 12
RING_AGAIN_AFTER = timedelta(seconds=30)


class Relay:
    """Knows who listens. Every delivery is a row; its `done_at` is the receipt that makes a handler's
    effect happen once although it may be rung for many times."""

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
        if began_at is None:
            return 0
        events = await _take_waiting(session, company_id, began_at)
        deliveries = [
            {"company_id": company_id, "event_id": event.id, "listener": name, "due_at": now}
            for event in events
            for name in self._listeners.get(event.kind, {})
        ]
        if deliveries:
            await session.execute(insert(EventDelivery).values(deliveries).on_conflict_do_nothing())
        if events:
            await self._publish(company_id, events)
        return len(events)

    async def ring_deliveries(self, session: Session, company_id: UUID, now: datetime, ring: Ring) -> int:
        """Sweep: ring for deliveries that are due, and again later for those nobody finished."""
        waiting = (
            select(EventDelivery)
            .where(
                EventDelivery.company_id == company_id,
                EventDelivery.due_at <= now,
                EventDelivery.done_at.is_(None),
                EventDelivery.failed_at.is_(None),
            )
            .order_by(EventDelivery.due_at)
            .limit(100)
            .with_for_update(skip_locked=True)
        )
        deliveries = (await session.scalars(waiting)).all()
        for delivery in deliveries:
            delivery.due_at = now + RING_AGAIN_AFTER
            await ring(DELIVER_EVENT, company_id, delivery.event_id, delivery.listener)
        return len(deliveries)

    async def deliver_event(
        self, context: JobContext, company_id: UUID, event_id: UUID, listener: str
    ) -> None:
        """Job: run one listener and sign its receipt, in one transaction."""
        now = context.clock.now()
        try:
            async with transaction(context.sessions, company_id) as session:
                delivery = await session.get(
                    EventDelivery, (company_id, event_id, listener), with_for_update=True
                )
                if delivery is None or delivery.done_at or delivery.failed_at:
                    return
                delivery.done_at = now
                row = await session.get_one(OutboxEvent, (company_id, event_id))
                event = msgspec.convert(row.payload, self._events[row.kind])
                await self._listeners[row.kind][listener](session, company_id, event, now)
        except Exception as error:
            log.error("listener_failed", listener=listener, event_id=str(event_id), exc_info=error)
            await _note_failure(context, company_id, event_id, listener, error)


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


async def _take_waiting(session: Session, company_id: UUID, began_at: datetime) -> list[OutboxEvent]:
    """Oldest unrelayed events. Each gets a `relayed_at` of its own, a microsecond after the one before."""
    waiting = (
        select(OutboxEvent)
        .where(OutboxEvent.company_id == company_id, OutboxEvent.relayed_at.is_(None))
        .order_by(OutboxEvent.happened_at, OutboxEvent.id)
        .limit(BATCH)
        .with_for_update(skip_locked=True)
    )
    events = list((await session.scalars(waiting)).all())
    ids = literal([event.id for event in events], ARRAY(Uuid))
    numbered = func.unnest(ids).table_valued("id", with_ordinality="place").render_derived()
    await session.execute(
        update(OutboxEvent)
        .where(OutboxEvent.company_id == company_id, OutboxEvent.id == numbered.c.id)
        .values(relayed_at=literal(began_at, DateTime(timezone=True)) + numbered.c.place * A_MOMENT)
        .execution_options(synchronize_session=False)
    )
    return events


async def _note_failure(
    context: JobContext, company_id: UUID, event_id: UUID, listener: str, error: Exception
) -> None:
    """Try again later; after TRIES_MAX leave it for a person (/health/ready counts them)."""
    now = context.clock.now()
    async with transaction(context.sessions, company_id) as session:
        delivery = await session.get_one(
            EventDelivery, (company_id, event_id, listener), with_for_update=True
        )
        delivery.tries += 1
        delivery.last_error = f"{type(error).__name__}: {error}"[:500]
        delivery.due_at = now + pause_before(delivery.tries)
        if delivery.tries >= TRIES_MAX:
            delivery.failed_at = now
