"""Jobs and orders with their clients and sites, in a fixed number of reads for any number of jobs."""

from collections.abc import Sequence

from app.clients import api as clients
from app.core.scope import Scope
from app.db.session import Session
from app.orders.client_orders.models import ClientOrder
from app.orders.jobs import queries
from app.orders.jobs.models import Job
from app.orders.jobs.schemas import JobOut, OrderCard


async def job_lines(session: Session, scope: Scope, jobs: Sequence[Job]) -> list[JobOut]:
    """Add the client's name and the address to each of these jobs."""
    client_ids = list({job.client_id for job in jobs})
    site_ids = list({job.site_id for job in jobs})
    client_of = {one.id: one for one in await clients.find_clients(session, scope.company_id, client_ids)}
    sites = {one.id: one for one in await clients.find_sites(session, scope.company_id, site_ids)}
    return [JobOut.of(job, client_of[job.client_id], sites[job.site_id]) for job in jobs]


async def job_line(session: Session, scope: Scope, job: Job) -> JobOut:
    return (await job_lines(session, scope, [job]))[0]


async def order_card(session: Session, scope: Scope, order: ClientOrder) -> OrderCard:
    """An order with its client, site and jobs."""
    return OrderCard.of(
        order,
        await clients.get_client(session, scope.company_id, order.client_id),
        await clients.get_site(session, scope.company_id, order.site_id),
        await queries.find_jobs_of_order(session, scope, order.id),
        sees_phones=clients.may_see_phones(scope),
    )
