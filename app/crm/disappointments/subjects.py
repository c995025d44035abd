"""Whom and what a signal concerns that the office notes."""

from uuid import UUID

from app.clients import api as clients
from app.core.errors import DomainError
from app.core.scope import Scope
from app.crm.disappointments.values import Subject
from app.db.session import Session
from app.dispatch.api import get_visit
from app.orders.api import get_job


class VisitOfOtherClient(DomainError):
    """The visit was at another client."""

    code = "visit_of_other_client"


async def about_visit(session: Session, scope: Scope, visit_id: UUID) -> Subject:
    """The client, job and worker of a visit.

    Raises:
        VisitNotFound: no such visit in this company.
    """
    visit = await get_visit(session, scope, visit_id)
    job = await get_job(session, scope, visit.job_id)
    return Subject(job.client_id, job.site_id, job.order_id, job.id, visit_id, visit.worker_id)


async def about_client(session: Session, scope: Scope, client_id: UUID, *, visit_id: UUID | None) -> Subject:
    """A client, and the visit he speaks of.

    Raises:
        ClientNotFound: no such client in this company.
        VisitNotFound: no such visit in this company.
        VisitOfOtherClient: the visit was at another client.
    """
    client = await clients.get_client(session, scope.company_id, client_id)
    if visit_id is None:
        return Subject(client.id)
    about = await about_visit(session, scope, visit_id)
    if about.client_id not in client.card_ids:
        raise VisitOfOtherClient
    return about
