from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.clients.api import ClientNotFound, SiteNotFound
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.job_cards import service
from app.dispatch.job_cards.schemas import JobCard
from app.http.guards import office
from app.http.refusals import refuses
from app.orders import api as orders
from app.orders.api import JobNotFound, JobTypeNotFound, OrderNotFound


@get("/jobs/{job_id:uuid}", operation_id="getJob", guards=[office])
@refuses(ClientNotFound, JobNotFound, JobTypeNotFound, OrderNotFound, SiteNotFound)
async def get_job(
    job_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> JobCard:
    """A job with its client, site, order and every visit."""
    return await service.job_card(session, caller, await orders.get_job(session, caller, job_id))


router = Router("/", route_handlers=[get_job], tags=["dispatch: jobs"])
