"""Jobs and orders with their clients and sites, in a fixed number of reads for any number of jobs."""

from collections.abc import Sequence

from app.clients import api as clients
from app.core.scope import Scope
from app.db.session import Session
from app.orders.client_orders.values import ClientOrderFacts
from app.orders.jobs import queries
from app.orders.jobs.schemas import JobOut, OrderCard
from app.orders.jobs.values import JobFacts


async def job_lines(session: Session, scope: Scope, jobs: Sequence[JobFacts]) -> list[JobOut]:
    """Add the client's name and the address to each of these jobs."""
    client_ids = list({job.client_id for job in jobs})
    site_ids = list({job.site_id for job in jobs})
    found = await clients.find_clients(session, scope.company_id, client_ids)
    client_of = {card_id: one for one in found for card_id in one.card_ids}
    sites = {one.id: one for one in await clients.find_sites(session, scope.company_id, site_ids)}
    return [JobOut.of(job, client_of[job.client_id], sites[job.site_id]) for job in jobs]


async def job_line(session: Session, scope: Scope, job: JobFacts) -> JobOut:
    return (await job_lines(session, scope, [job]))[0]


async def order_card(session: Session, scope: Scope, order: ClientOrderFacts) -> OrderCard:
    """An order with its client, site and jobs."""
    return OrderCard.of(
        order,
        await clients.get_client(session, scope.company_id, order.client_id),
        await clients.get_site(session, scope.company_id, order.site_id),
        [JobFacts.of(job) for job in await queries.find_jobs_of_order(session, scope, order.id)],
        sees_phones=clients.may_see_phones(scope),
    )
