from uuid import UUID

from litestar import Router, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.core.clock import Clock
from app.core.emails import EmailInvalid
from app.core.phones import PhoneInvalid
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import managers, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.http.versions import IfMatch, check_version
from app.identity.api import EmailNeeded, EmailTaken, PhoneNeeded, PhoneTaken, PhoneTakesNoSms
from app.workforce.people import queries, service
from app.workforce.people.models import Worker
from app.workforce.people.schemas import CreateWorker, PutTerritories, UpdateWorker, WorkerOut
from app.workforce.people.service import WorkerArchived, WorkerNotFound
from app.workforce.people.showing import show_person, show_worker
from app.workforce.skills.service import SkillUnknown
from app.workforce.territories.service import TerritoryNotFound


@post("/workers", operation_id="createWorker", guards=[managers])
@refuses(
    EmailInvalid,
    EmailNeeded,
    EmailTaken,
    PhoneInvalid,
    PhoneNeeded,
    PhoneTaken,
    PhoneTakesNoSms,
    SkillUnknown,
)
@once
async def create_worker(
    data: JSONBody[CreateWorker],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> WorkerOut:
    """Add a worker. He can sign in with his phone at once. He gets offers when he has a shift."""
    person = await service.create_worker(
        session,
        caller,
        name=data.name,
        phone=data.phone,
        roles=data.roles,
        skills=data.skills,
        home=data.home,
        lang=data.lang,
    )
    return show_person(person, caller)


@get("/workers", operation_id="listWorkers", guards=[office])
async def list_workers(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    skill: FromQuery[str | None] = None,
    is_active: FromQuery[bool | None] = None,
    is_archived: FromQuery[bool] = False,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[WorkerOut]:
    """Workers, newest first. Those in the archive are listed apart."""
    query = queries.select_workers(caller, skill=skill, is_active=is_active, is_archived=is_archived)
    workers, next_cursor = await fetch_page(session, query, Worker.id, cursor=cursor, limit=limit)
    people = await service.with_accounts(session, caller.company_id, workers)
    return Page(items=[show_person(person, caller) for person in people], next_cursor=next_cursor)


@get("/workers/{worker_id:uuid}", operation_id="getWorker", guards=[office])
@refuses(WorkerNotFound)
async def get_worker(
    worker_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> WorkerOut:
    """One worker."""
    worker = await service.get_worker(session, caller.company_id, worker_id)
    return await show_worker(session, caller, worker)


@patch("/workers/{worker_id:uuid}", operation_id="updateWorker", guards=[managers])
@refuses(SkillUnknown, WorkerArchived, WorkerNotFound)
async def update_worker(
    worker_id: FromPath[UUID],
    data: JSONBody[UpdateWorker],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> WorkerOut:
    """Change the fields that are sent.

    A worker who is not active is no longer proposed for visits and cannot sign in, unless he also works in the
    office. His unanswered offers are taken back, and somebody else is asked; the dispatcher sees what he accepted.
    """
    worker = await service.get_worker(session, caller.company_id, worker_id)
    check_version(if_match, worker.row_version)
    await service.update_worker(session, caller, worker=worker, changes=data.changes(), now=clock.now())
    return await show_worker(session, caller, worker)


@put("/workers/{worker_id:uuid}/territories", operation_id="putWorkerTerritories", guards=[managers])
@refuses(TerritoryNotFound, WorkerNotFound)
async def put_worker_territories(
    worker_id: FromPath[UUID],
    data: JSONBody[PutTerritories],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
) -> WorkerOut:
    """Bind a worker to these territories only. With an empty list he works everywhere."""
    await service.put_territories(session, caller, worker_id=worker_id, territory_ids=data.territory_ids)
    worker = await service.get_worker(session, caller.company_id, worker_id)
    return await show_worker(session, caller, worker)


router = Router(
    "/",
    route_handlers=[
        create_worker,
        list_workers,
        get_worker,
        update_worker,
        put_worker_territories,
    ],
    tags=["dispatch: workforce"],
)
