from uuid import UUID

from litestar import Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import managers, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.http.versions import IfMatch, check_version
from app.workforce.crews import queries, service
from app.workforce.crews.cards import crew_card
from app.workforce.crews.models import Crew
from app.workforce.crews.schemas import CreateCrew, CrewOut, UpdateCrew
from app.workforce.crews.service import AlreadyMember, CrewNotFound, ForemanNotMember, MembershipInvalid
from app.workforce.people.service import WorkerNotFound


@post("/crews", operation_id="createCrew", guards=[managers])
@refuses(AlreadyMember, MembershipInvalid, WorkerNotFound)
@once
async def create_crew(
    data: JSONBody[CreateCrew],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> CrewOut:
    """Create a crew. Its foreman is its first member."""
    crew = await service.create_crew(
        session,
        caller,
        name=data.name,
        foreman_id=data.foreman_id,
        vehicle=data.vehicle,
        share=data.share,
        since=data.since or clock.now(),
    )
    return CrewOut.of(crew)


@get("/crews", operation_id="listCrews", guards=[office])
async def list_crews(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    is_active: FromQuery[bool | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[CrewOut]:
    """Crews, the newest first."""
    query = queries.select_crews(caller, is_active=is_active)
    crews, next_cursor = await fetch_page(session, query, Crew.id, cursor=cursor, limit=limit)
    found = await service.all_with_members(session, caller.company_id, crews)
    return Page(items=[CrewOut.of(one) for one in found], next_cursor=next_cursor)


@get("/crews/{crew_id:uuid}", operation_id="getCrew", guards=[office])
@refuses(CrewNotFound)
async def get_crew(
    crew_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> CrewOut:
    """One crew with its members."""
    return await crew_card(session, caller.company_id, crew_id)


@patch("/crews/{crew_id:uuid}", operation_id="updateCrew", guards=[managers])
@refuses(CrewNotFound, ForemanNotMember)
async def update_crew(
    crew_id: FromPath[UUID],
    data: JSONBody[UpdateCrew],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> CrewOut:
    """Change the fields that are sent. A new foreman must be a member now."""
    crew = await service.get_crew(session, caller.company_id, crew_id, lock=True)
    check_version(if_match, crew.row_version)
    changed = await service.update_crew(session, caller, crew=crew, changes=data.changes(), now=clock.now())
    return CrewOut.of(changed)


router = Router(
    "/",
    route_handlers=[create_crew, list_crews, get_crew, update_crew],
    tags=["dispatch: crews"],
)
