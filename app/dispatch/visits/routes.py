from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from app.core.scope import Scope
from app.db.reader import Reader
from app.db.session import Session
from app.dispatch.visits import queries, service
from app.dispatch.visits.policies import VisitStatus
from app.dispatch.visits.schemas import VisitEventOut, VisitOut
from app.dispatch.visits.states import VisitNotFound
from app.http.guards import office
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, read_page
from app.http.refusals import refuses
from app.http.schemas import Moment, Page, check_offsets


@get("/visits", operation_id="listVisits", guards=[office])
async def list_visits(
    reader: NamedDependency[Reader],
    starts_from: FromQuery[Moment | None] = None,
    starts_before: FromQuery[Moment | None] = None,
    status: FromQuery[list[VisitStatus] | None] = None,
    worker_id: FromQuery[UUID | None] = None,
    job_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[VisitOut]:
    """Visits of the company, newest first. `starts_before` is exclusive."""
    check_offsets(starts_from=starts_from, starts_before=starts_before)
    visits, next_cursor = await read_page(
        reader,
        queries.VISITS,
        cursor=cursor,
        limit=limit,
        starts_from=starts_from,
        starts_before=starts_before,
        statuses=status,
        worker=worker_id,
        job=job_id,
    )
    return Page(items=visits, next_cursor=next_cursor)


@get("/visits/{visit_id:uuid}", operation_id="getVisit", guards=[office])
@refuses(VisitNotFound)
async def get_visit(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> VisitOut:
    """One visit."""
    return VisitOut.of(await service.get_visit(session, caller, visit_id))


@get("/visits/{visit_id:uuid}/history", operation_id="getVisitHistory", guards=[office])
@refuses(VisitNotFound)
async def get_visit_history(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> list[VisitEventOut]:
    """Everything that happened to a visit, oldest first, by the device's clock and by ours."""
    await service.get_visit(session, caller, visit_id)
    return [VisitEventOut.of(event) for event in await queries.find_events(session, caller, visit_id)]


router = Router("/", route_handlers=[list_visits, get_visit, get_visit_history], tags=["dispatch: visits"])
