"""What happens to tasks when a person leaves."""

from datetime import datetime
from uuid import UUID

from app.contracts.identity import UserChanged
from app.crm.tasks.queries import look_at_tasks_of
from app.db.session import Session
from app.db.wake import wake


async def on_user_changed(session: Session, company_id: UUID, event: UserChanged, now: datetime) -> None:
    """The tasks of somebody who was dismissed go to their deputies at once."""
    if event.is_active:
        return
    if await look_at_tasks_of(session, company_id, event.user_id, now=now):
        wake(session, "task", company_id, now)
