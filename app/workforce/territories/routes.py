from uuid import UUID

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import managers, office
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.http.versions import IfMatch, check_version
from app.workforce.territories import queries, service
from app.workforce.territories.schemas import CreateTerritory, TerritoriesOut, TerritoryOut, UpdateTerritory
from app.workforce.territories.service import TerritoryInvalid, TerritoryNotFound


@post("/territories", operation_id="createTerritory", guards=[managers])
@refuses(TerritoryInvalid)
@once
async def create_territory(
    data: JSONBody[CreateTerritory],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> TerritoryOut:
    """Create a territory from its borders."""
    territory = await service.create_territory(session, caller, name=data.name, borders=data.borders())
    return await _drawn(session, caller, territory.id)


@get("/territories", operation_id="listTerritories", guards=[office])
async def list_territories(
    session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> TerritoriesOut:
    """All territories, sorted by name."""
    areas = await queries.find_areas(session, caller.company_id)
    return TerritoriesOut(items=[TerritoryOut.of(area) for area in areas])


@patch("/territories/{territory_id:uuid}", operation_id="updateTerritory", guards=[managers])
@refuses(TerritoryInvalid, TerritoryNotFound)
async def update_territory(
    territory_id: FromPath[UUID],
    data: JSONBody[UpdateTerritory],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> TerritoryOut:
    """Rename a territory or change its borders."""
    territory = await service.get_territory(session, caller.company_id, territory_id)
    check_version(if_match, territory.row_version)
    await service.update_territory(session, caller, territory=territory, changes=data.changes())
    return await _drawn(session, caller, territory_id)


@delete("/territories/{territory_id:uuid}", operation_id="removeTerritory", guards=[managers])
@refuses(TerritoryNotFound)
async def remove_territory(
    territory_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> None:
    """Remove a territory. A worker who has no other territory works everywhere from now on."""
    await service.remove_territory(session, caller, territory_id)


async def _drawn(session: Session, caller: Scope, territory_id: UUID) -> TerritoryOut:
    areas = await queries.find_areas(session, caller.company_id, territory_id=territory_id)
    return TerritoryOut.of(areas[0])


router = Router(
    "/",
    route_handlers=[create_territory, list_territories, update_territory, remove_territory],
    tags=["dispatch: workforce"],
)
