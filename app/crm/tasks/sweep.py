"""Looks at tasks at their time and when the patience with their holder ends."""

from datetime import datetime
from uuid import UUID

from app.crm.tasks import queries
from app.crm.tasks.service import look_again
from app.db.session import Session
from app.db.sweeps import QueueJob

AT_ONCE = 20


async def look_at_tasks(session: Session, company_id: UUID, now: datetime, _: QueueJob) -> int:
    """Sweep `task`: a task whose holder is away or too late goes to the deputy, and then to the supervisors."""
    tasks = await queries.take_due_looks(session, company_id, now=now, limit=AT_ONCE)
    for task in tasks:
        await look_again(session, task, now=now)
    return len(tasks)
