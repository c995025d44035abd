from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.portraits.service import PortraitNotFound
from app.crm.targets import queries, service
from app.crm.targets.models import TargetPlace
from app.crm.targets.schemas import (
    AddTarget,
    ChangeTarget,
    NeighboursListOut,
    TargetKind,
    TargetOut,
    TargetStatus,
)
from app.crm.targets.service import TargetInvalid, TargetKnown, TargetNotFound
from app.db.session import Session
from app.http.guards import intake, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page

AtMost = Annotated[int, QueryParameter(ge=1, le=500, description="So many addresses at most")]


@get("/targets", operation_id="listTargets", guards=[office])
async def list_targets(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    status: FromQuery[TargetStatus | None] = None,
    kind: FromQuery[TargetKind | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[TargetOut]:
    """Buildings, entrances and developers where clients are looked for, newest first."""
    query = queries.select_targets(caller.company_id, status=status, kind=kind)
    rows, next_cursor = await fetch_page(session, query, TargetPlace.id, cursor=cursor, limit=limit)
    return Page(items=[TargetOut.of(row) for row in rows], next_cursor=next_cursor)


@post("/targets", operation_id="addTarget", guards=[intake])
@refuses(PortraitNotFound, TargetInvalid, TargetKnown)
@once
async def add_target(
    data: JSONBody[AddTarget],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> TargetOut:
    """Look for clients in a building, at an entrance or with a developer."""
    return TargetOut.of(await service.add_target(session, caller, data.to_target(), now=clock.now()))


@post("/targets/{target_id:uuid}/status", operation_id="changeTarget", guards=[intake], status_code=200)
@refuses(TargetNotFound)
async def change_target(
    target_id: FromPath[UUID],
    data: JSONBody[ChangeTarget],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> TargetOut:
    """Say how far people have come with a place."""
    place = await service.change_target(
        session, caller, target_id=target_id, status=data.status, comment=data.comment, now=clock.now()
    )
    return TargetOut.of(place)


@get("/targets/neighbours", operation_id="listNeighbours", guards=[office])
async def list_neighbours(
    session: NamedDependency[Session], caller: NamedDependency[Scope], limit: AtMost = 100
) -> NeighboursListOut:
    """Addresses where the company has installed something and looks for nobody yet: the neighbours can see the work."""
    return NeighboursListOut.of(await queries.find_neighbours(session, caller.company_id, at_most=limit))


router = Router(
    "/crm", route_handlers=[list_targets, add_target, change_target, list_neighbours], tags=["crm: targets"]
)
