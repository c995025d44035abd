"""Events. An event is written in the transaction of its change, and listeners hear it after COMMIT."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import Index, Table, exists, func, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from app.contracts.event import Event
from app.core.ids import uuid7
from app.db.append import append
from app.db.base import Base, OfCompany
from app.db.session import Session
from app.db.wake import swept_by


class OutboxEvent(OfCompany, Base):
    __tablename__ = "outbox_event"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[str]
    payload: Mapped[dict[str, Any]]
    happened_at: Mapped[datetime] = mapped_column(server_default=func.clock_timestamp())
    relayed_at: Mapped[datetime | None]

    __table_args__ = (
        Index(
            "ix_outbox_event__waiting",
            "company_id",
            "happened_at",
            postgresql_where=text("relayed_at IS NULL"),
        ),
        Index(
            "ix_outbox_event__relayed",
            "company_id",
            "relayed_at",
            postgresql_where=text("relayed_at IS NOT NULL"),
        ),
        swept_by("relay"),
    )


class EventDelivery(OfCompany, Base):
    """An event that one listener must hear by itself: next try at `due_at`, heard at `done_at`."""

    __tablename__ = "event_delivery"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    listener: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(server_default="0")
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    """Set when all tries are used up. /health/ready counts these rows; a person must look at them."""
    last_error: Mapped[str | None]

    __table_args__ = (
        Index(
            "ix_event_delivery__waiting",
            "company_id",
            "due_at",
            postgresql_where=text("done_at IS NULL AND failed_at IS NULL"),
        ),
        Index("ix_event_delivery__failed", "company_id", postgresql_where=text("failed_at IS NOT NULL")),
        swept_by("delivery", due="due_at"),
    )


EVENTS = cast(Table, OutboxEvent.__table__)
IS_UNHEARD = exists().where(
    EventDelivery.company_id == OutboxEvent.company_id,
    EventDelivery.event_id == OutboxEvent.id,
    or_(EventDelivery.done_at.is_(None), EventDelivery.failed_at.is_not(None)),
)
"""A listener has not heard the event yet, or its tries are used up."""


async def announce(session: Session, company_id: UUID, *events: Event) -> None:
    """Record events in the caller's transaction. Listeners hear them only if it commits."""
    await append(session, EVENTS, *(_row(company_id, event) for event in events))


def _row(company_id: UUID, event: Event) -> dict[str, Any]:
    return {
        "company_id": company_id,
        "id": uuid7(),
        "kind": event.kind,
        "payload": msgspec.to_builtins(event),
    }
