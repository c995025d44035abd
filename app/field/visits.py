"""Reads the visit of a worker, and refuses what its status does not allow."""

from uuid import UUID

from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.api import VisitNotFound
from app.field import queries
from app.field.queries import VisitWithJob


class VisitNotAtWork(DomainError):
    """Possible only while the worker is on site."""

    code = "visit_not_at_work"


class VisitNotHeld(DomainError):
    """Possible only for a visit the worker has accepted."""

    code = "visit_not_held"


async def get_visit_with_job(session: Session, scope: Scope, visit_id: UUID) -> VisitWithJob:
    """A visit with its job and job type. A worker finds only his own.

    Raises:
        VisitNotFound: no such visit, or not this worker's.
    """
    found = await queries.get_visit_with_job(session, scope, visit_id)
    if found is None:
        raise VisitNotFound(visit_id=visit_id)
    return found
