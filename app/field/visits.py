"""What may be done on site depends on where the visit is."""

from uuid import UUID

from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.api import VisitNotFound, VisitStatus
from app.field import queries
from app.field.queries import Task

AT_WORK = frozenset({VisitStatus.ON_SITE, VisitStatus.IN_PROGRESS, VisitStatus.PAUSED})
"""He is there."""

FINISHED = frozenset({VisitStatus.COMPLETED, VisitStatus.PARTIALLY_COMPLETED, VisitStatus.NOT_COMPLETED})
"""He has been there, or has tried."""

HELD = AT_WORK | FINISHED | {VisitStatus.ACCEPTED, VisitStatus.EN_ROUTE}
"""He has taken it, whatever became of it."""


class VisitNotAtWork(DomainError):
    """Possible only while the worker is on site."""

    code = "visit_not_at_work"


class VisitNotHeld(DomainError):
    """Possible only for a visit the worker has accepted."""

    code = "visit_not_held"


async def get_task(session: Session, scope: Scope, visit_id: UUID) -> Task:
    """
    Raises:
        VisitNotFound: no such visit, or not this worker's.
    """
    task = await queries.get_task(session, scope, visit_id)
    if task is None:
        raise VisitNotFound(visit_id=visit_id)
    return task
