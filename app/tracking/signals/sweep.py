"""Looks at a day of a worker once what is derived of it has settled."""

from datetime import datetime
from uuid import UUID

from app.db.session import Session
from app.db.sweeps import QueueJob
from app.tracking.signals import queries
from app.tracking.signals.service import judge_day

AT_ONCE = 5
JUDGE_DAYS = "stop_signal"
"""Name of the sweep."""


async def judge_due_days(session: Session, company_id: UUID, now: datetime, _: QueueJob) -> int:
    """Sweep `stop_signal`. A company that has not turned signals on gets none."""
    days = await queries.take_due_days(session, company_id, now=now, limit=AT_ONCE)
    settings = await queries.get_settings(session, company_id) if days else None
    if settings is not None and settings.is_on:
        for worker_id, day in days:
            await judge_day(session, company_id, settings, worker_id=worker_id, day=day, now=now)
    return len(days)
