"""What may be done on site depends on where the visit is."""

from uuid import UUID

from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.api import VisitNotFound, VisitStatus
from app.field import queries
from app.field.queries import VisitWithJob

AT_WORK = frozenset({VisitStatus.ON_SITE, VisitStatus.IN_PROGRESS, VisitStatus.PAUSED})
"""He is there."""

REPORTED = frozenset({VisitStatus.COMPLETED, VisitStatus.PARTIALLY_COMPLETED, VisitStatus.NOT_COMPLETED})
"""He has said how it ended. A canceled visit is over too, but nobody reports on it."""

HELD = AT_WORK | REPORTED | {VisitStatus.ACCEPTED, VisitStatus.EN_ROUTE}
"""He has taken it, whatever became of it."""


class VisitNotAtWork(DomainError):
    """Possible only while the worker is on site."""

    code = "visit_not_at_work"


class VisitNotHeld(DomainError):
    """Possible only for a visit the worker has accepted."""

    code = "visit_not_held"


async def get_visit_with_job(session: Session, scope: Scope, visit_id: UUID) -> VisitWithJob:
    """The visit as a worker sees it.

    Raises:
        VisitNotFound: no such visit, or not this worker's.
    """
    found = await queries.get_visit_with_job(session, scope, visit_id)
    if found is None:
        raise VisitNotFound(visit_id=visit_id)
    return found
