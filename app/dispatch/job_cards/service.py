"""A job with everything a dispatcher wants to see beside it."""

from uuid import UUID

from app.clients import api as clients
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.job_cards import queries
from app.dispatch.job_cards.schemas import JobCard, JobTypeName, JobVisitOut
from app.orders import api as orders
from app.orders.api import JobFacts, JobOut, OrderOut
from app.workforce import api as workforce


async def job_card(session: Session, scope: Scope, job: JobFacts) -> JobCard:
    """A job with its client, site, order and visits."""
    client = await clients.get_client(session, scope.company_id, job.client_id)
    site = await clients.get_site(session, scope.company_id, job.site_id)
    return JobCard(
        job=JobOut.of(job, client, site),
        job_type=JobTypeName.of(await orders.get_job_type(session, scope.company_id, job.job_type_id)),
        client=clients.ClientOut.of(client, sees_phones=clients.may_see_phones(scope)),
        site=clients.SiteOut.of(site),
        order=OrderOut.of(await orders.get_order(session, scope, job.order_id)),
        visits=await _visits(session, scope, job.id),
        version=job.row_version,
    )


async def _visits(session: Session, scope: Scope, job_id: UUID) -> list[JobVisitOut]:
    visits = await queries.find_visits(session, scope.company_id, job_id)
    worker_ids = [visit.worker_id for visit in visits if visit.worker_id]
    crew_ids = [visit.crew_id for visit in visits if visit.crew_id]
    workers = await workforce.worker_names(session, scope.company_id, worker_ids)
    crews = await workforce.crew_names(session, scope.company_id, crew_ids)
    return [JobVisitOut.of(visit, workers, crews) for visit in visits]
