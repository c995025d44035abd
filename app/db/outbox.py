"""Facts written beside the change they describe, delivered after COMMIT, with their effect once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import msgspec
from sqlalchemy import Index, Table, func, insert, text
from sqlalchemy.orm import Mapped, mapped_column

from app.contracts.event import Event
from app.core.ids import uuid7
from app.db.base import Base, OfCompany
from app.db.session import WAKE, Session


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
    )


class EventDelivery(OfCompany, Base):
    """One listener's copy of one event: the work still to do, then the receipt that it was done.

    The queue in Redis is only a doorbell: a delivery that is not `done_at` by `due_at` rings again.
    """

    __tablename__ = "event_delivery"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    listener: Mapped[str] = mapped_column(primary_key=True)
    due_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(server_default="0")
    done_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    """Out of tries: counted by /health/ready and left for a person."""
    last_error: Mapped[str | None]

    __table_args__ = (
        Index(
            "ix_event_delivery__waiting",
            "company_id",
            "due_at",
            postgresql_where=text("done_at IS NULL AND failed_at IS NULL"),
        ),
        Index("ix_event_delivery__failed", "company_id", postgresql_where=text("failed_at IS NOT NULL")),
    )


INSERT_EVENT = insert(cast(Table, OutboxEvent.__table__)).returning(WAKE)


async def announce(session: Session, company_id: UUID, event: Event) -> None:
    """Record `event` in the caller's transaction; nobody hears it unless that commits.

    It wakes the background process, also for deadlines that the same transaction sets.
    """
    await session.execute(INSERT_EVENT, _row(company_id, event))


async def announce_all(session: Session, company_id: UUID, events: Sequence[Event]) -> None:
    """As `announce`, in their order and in one statement."""
    if events:
        await session.execute(INSERT_EVENT, [_row(company_id, event) for event in events])


def _row(company_id: UUID, event: Event) -> dict[str, Any]:
    return {
        "company_id": company_id,
        "id": uuid7(),
        "kind": event.kind,
        "payload": msgspec.to_builtins(event),
    }
