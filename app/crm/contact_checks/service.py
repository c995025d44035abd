"""Gives people the task to check the contacts of clients."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.core.scope import Scope
from app.crm.tasks.policies import TaskKind
from app.crm.tasks.service import NewTask, open_task
from app.db.session import Session

SUBJECT = "client"


async def open_checks(
    session: Session,
    scope: Scope,
    *,
    client_ids: Sequence[UUID],
    responsible_id: UUID,
    deputy_id: UUID | None,
    due_at: datetime,
    now: datetime,
) -> list[UUID]:
    """A task for each client who has none of this day. Returns the new ones. Confirming the contacts settles them.

    Raises:
        ClientNotFound: no such client in this company.
        PersonUnknown: the responsible person or the deputy does not work here.
    """
    opened = []
    for client_id in dict.fromkeys(client_ids):
        task = await open_task(
            session,
            scope.company_id,
            NewTask(
                client_id=client_id,
                kind=TaskKind.CHECK_CONTACTS,
                channel="call",
                due_at=due_at,
                responsible_id=responsible_id,
                deputy_id=deputy_id,
                subject_kind=SUBJECT,
                subject_id=client_id,
                occurrence=f"{now:%Y-%m-%d}",
            ),
            opened_by=scope.user_id,
            now=now,
        )
        if task is not None:
            opened.append(task.id)
    return opened
