"""Jobs and orders with what belongs to them, in a fixed number of reads however many there are."""

from collections.abc import Sequence
from uuid import UUID

from app.clients import api as clients
from app.core.scope import Scope
from app.db.session import Session
from app.orders.client_orders.models import ClientOrder
from app.orders.client_orders.service import get_order
from app.orders.job_types.service import get_job_type
from app.orders.jobs import queries
from app.orders.jobs.models import Job
from app.orders.jobs.schemas import JobCard, JobOut, JobTypeName, JobVisitOut, OrderCard, OrderOut
from app.workforce import api as workforce


async def job_lines(session: Session, scope: Scope, jobs: Sequence[Job]) -> list[JobOut]:
    """The same jobs, each with the name of its client and the address."""
    client_ids = list({job.client_id for job in jobs})
    site_ids = list({job.site_id for job in jobs})
    client_of = {one.id: one for one in await clients.find_clients(session, scope.company_id, client_ids)}
    sites = {one.id: one for one in await clients.find_sites(session, scope.company_id, site_ids)}
    return [JobOut.of(job, client_of[job.client_id], sites[job.site_id]) for job in jobs]


async def job_line(session: Session, scope: Scope, job: Job) -> JobOut:
    return (await job_lines(session, scope, [job]))[0]


async def job_card(session: Session, scope: Scope, job: Job) -> JobCard:
    """A job with its client, site, order and visits."""
    client = await clients.get_client(session, scope.company_id, job.client_id)
    site = await clients.get_site(session, scope.company_id, job.site_id)
    return JobCard(
        job=JobOut.of(job, client, site),
        job_type=JobTypeName.of(await get_job_type(session, scope.company_id, job.job_type_id)),
        client=clients.ClientOut.of(client, sees_phones=clients.may_see_phones(scope)),
        site=clients.SiteOut.of(site),
        order=OrderOut.of(await get_order(session, scope, job.order_id)),
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


async def order_card(session: Session, scope: Scope, order: ClientOrder) -> OrderCard:
    """An order with its client, site and jobs."""
    return OrderCard.of(
        order,
        await clients.get_client(session, scope.company_id, order.client_id),
        await clients.get_site(session, scope.company_id, order.site_id),
        await queries.find_jobs_of_order(session, scope, order.id),
        sees_phones=clients.may_see_phones(scope),
    )
