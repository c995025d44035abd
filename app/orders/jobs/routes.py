from uuid import UUID

from litestar import Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.clients.api import (
    ClientArchived,
    ClientNotFound,
    SiteArchived,
    SiteNotFound,
)
from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import dispatchers, intake, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.http.versions import IfMatch, check_version
from app.orders.client_orders.service import OrderNotFound
from app.orders.client_orders.service import get_order as get_order_of
from app.orders.client_orders.values import ClientOrderFacts
from app.orders.job_types.service import JobTypeNotFound
from app.orders.jobs import cards, queries, service
from app.orders.jobs.models import Job
from app.orders.jobs.schemas import (
    CreateJob,
    JobOut,
    OrderCard,
    UpdateJob,
)
from app.orders.jobs.service import (
    JobNotCompleted,
    JobNotFound,
    JobOver,
    JobTypeRetired,
    OrderOfOtherSite,
    SiteOfOtherClient,
)
from app.orders.jobs.values import JobFacts
from app.orders.statuses import JobKind, JobStatus
from app.workforce.api import SkillUnknown


@post("/jobs", operation_id="createJob", guards=[intake])
@refuses(
    ClientArchived,
    JobTypeNotFound,
    JobTypeRetired,
    OrderNotFound,
    OrderOfOtherSite,
    SiteArchived,
    SiteNotFound,
    SiteOfOtherClient,
    SkillUnknown,
)
@once
async def create_job(
    data: JSONBody[CreateJob],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> JobOut:
    """Create a job at a client's site. Plan a visit for it with `planVisit`."""
    job = await service.create_job(
        session,
        caller,
        job_type_id=data.job_type_id,
        client_id=data.client_id,
        site_id=data.site_id,
        order_id=data.order_id,
        priority=data.priority,
        instructions=data.instructions,
        required_skills=data.required_skills,
        now=clock.now(),
    )
    return await cards.job_line(session, caller, job)


@get("/jobs", operation_id="listJobs", guards=[office])
async def list_jobs(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    status: FromQuery[JobStatus | None] = None,
    kind: FromQuery[JobKind | None] = None,
    client_id: FromQuery[UUID | None] = None,
    site_id: FromQuery[UUID | None] = None,
    order_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[JobOut]:
    """Jobs, newest first."""
    query = queries.select_jobs(
        caller, status=status, kind=kind, client_id=client_id, site_id=site_id, order_id=order_id
    )
    jobs, next_cursor = await fetch_page(session, query, Job.id, cursor=cursor, limit=limit)
    lines = await cards.job_lines(session, caller, [JobFacts.of(job) for job in jobs])
    return Page(items=lines, next_cursor=next_cursor)


@patch("/jobs/{job_id:uuid}", operation_id="updateJob", guards=[dispatchers])
@refuses(JobNotFound, JobOver, SkillUnknown)
async def update_job(
    job_id: FromPath[UUID],
    data: JSONBody[UpdateJob],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> JobOut:
    """Change the fields that are sent."""
    job = await service.get_job(session, caller, job_id)
    check_version(if_match, job.row_version)
    changed = await service.update_job(session, caller, job=job, changes=data.changes())
    return await cards.job_line(session, caller, JobFacts.of(changed))


@post("/jobs/{job_id:uuid}/close", operation_id="closeJob", guards=[dispatchers], status_code=200)
@refuses(JobNotCompleted, JobNotFound)
async def close_job(
    job_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> JobOut:
    """Close a completed job. Nothing in it can change after that."""
    closed = await service.close_job(session, caller, job_id=job_id)
    return await cards.job_line(session, caller, JobFacts.of(closed))


@get("/orders/{order_id:uuid}", operation_id="getOrder", guards=[office])
@refuses(ClientNotFound, OrderNotFound, SiteNotFound)
async def get_order(
    order_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> OrderCard:
    """A client order with its jobs."""
    order = await get_order_of(session, caller, order_id)
    return await cards.order_card(session, caller, ClientOrderFacts.of(order))


router = Router(
    "/",
    route_handlers=[
        create_job,
        list_jobs,
        update_job,
        close_job,
        get_order,
    ],
    tags=["dispatch: jobs"],
)
