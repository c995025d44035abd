"""All SQL about alerts."""

from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from app.core.ids import uuid7
from app.db.reader import Reader
from app.db.session import Session
from app.dispatch.alerts.models import AlertTaken
from app.dispatch.alerts.schemas import AlertKind, AlertOut, AlertsOut, TakeAlert

FOLDER = Path(__file__).parent
ALERTS = (FOLDER / "alerts.sql").read_text(encoding="utf-8")
NEXT = (FOLDER / "next.sql").read_text(encoding="utf-8")
OFFERS_SHOWN = timedelta(days=1)
"""Offers with more time left than this are nothing to look at yet."""
VISITS_SEEN = timedelta(days=2)
"""A visit that nobody has come to is late for so long. Then it is for the inbox and the board."""


async def read_alerts(reader: Reader, *, now: datetime) -> AlertsOut:
    async with reader.together() as work:
        rows = await work.rows(ALERTS, now, OFFERS_SHOWN, VISITS_SEEN)
        [(next_at,)] = await work.rows(NEXT, now)
    items = [AlertOut(**{**row, "kind": AlertKind(row["kind"])}) for row in rows]
    return AlertsOut(now=now, next_at=next_at, items=items)


async def keep_taken(session: Session, company_id: UUID, alert: TakeAlert, *, by: UUID) -> bool:
    """Whether nobody had taken it before."""
    inserted = insert(AlertTaken).values(
        company_id=company_id,
        id=uuid7(),
        kind=alert.kind,
        subject_id=alert.subject_id,
        due_at=alert.due_at,
        taken_by=by,
    )
    row = await session.scalar(inserted.on_conflict_do_nothing().returning(AlertTaken.id))
    return row is not None


async def get_taker(session: Session, company_id: UUID, alert: TakeAlert) -> UUID | None:
    query = select(AlertTaken.taken_by).where(
        AlertTaken.company_id == company_id,
        AlertTaken.subject_id == alert.subject_id,
        AlertTaken.kind == alert.kind,
        AlertTaken.due_at == alert.due_at,
    )
    return await session.scalar(query)
