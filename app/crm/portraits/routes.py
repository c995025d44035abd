from uuid import UUID

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.clients.api import ClientNotFound
from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.portraits import service
from app.crm.portraits.schemas import (
    ClientPortraitsOut,
    DrawPortrait,
    NoteTraits,
    PortraitOut,
    PortraitsOut,
    RedrawPortrait,
)
from app.crm.portraits.service import PortraitAreaNotFound, PortraitNotFound
from app.db.session import Session
from app.http.guards import intake, managers, office
from app.http.idempotency import Once, once
from app.http.refusals import refuses


@get("/portraits", operation_id="listPortraits", guards=[office])
async def list_portraits(session: NamedDependency[Session], caller: NamedDependency[Scope]) -> PortraitsOut:
    """Whom the company wants as clients, by name."""
    drawn = await service.find_drawn(session, caller.company_id)
    return PortraitsOut(items=[PortraitOut.of(one) for one in drawn])


@post("/portraits", operation_id="drawPortrait", guards=[managers])
@refuses(PortraitAreaNotFound)
@once
async def draw_portrait(
    data: JSONBody[DrawPortrait],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> PortraitOut:
    """Say whom the company wants: kind of object, building, household and so on."""
    drawn = await service.draw_portrait(
        session, caller, name=data.name, traits=data.traits, words=data.words, now=clock.now()
    )
    return PortraitOut.of(drawn)


@post("/portraits/{portrait_id:uuid}/versions", operation_id="redrawPortrait", guards=[managers])
@refuses(PortraitAreaNotFound, PortraitNotFound)
@once
async def redraw_portrait(
    portrait_id: FromPath[UUID],
    data: JSONBody[RedrawPortrait],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> PortraitOut:
    """Say something else from now on. Earlier versions stay."""
    drawn = await service.redraw_portrait(
        session, caller, portrait_id=portrait_id, traits=data.traits, words=data.words, now=clock.now()
    )
    return PortraitOut.of(drawn)


@get("/portraits/{portrait_id:uuid}/versions", operation_id="listPortraitVersions", guards=[office])
@refuses(PortraitNotFound)
async def list_portrait_versions(
    portrait_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> PortraitsOut:
    """All that a portrait has said, the newest first."""
    drawn = await service.find_versions(session, caller, portrait_id)
    return PortraitsOut(items=[PortraitOut.of(one) for one in drawn])


@post(
    "/portraits/{portrait_id:uuid}/archive",
    operation_id="archivePortrait",
    guards=[managers],
    status_code=204,
)
@refuses(PortraitNotFound)
async def archive_portrait(
    portrait_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> None:
    """Compare nobody with it any more."""
    await service.archive_portrait(session, caller, portrait_id=portrait_id, now=clock.now())


@put("/clients/{client_id:uuid}/traits", operation_id="noteTraits", guards=[intake])
@refuses(ClientNotFound)
async def note_traits(
    client_id: FromPath[UUID],
    data: JSONBody[NoteTraits],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ClientPortraitsOut:
    """Note what is known of a client, and see which portraits he fits."""
    found = await service.note_traits(
        session, caller, client_id=client_id, traits=data.traits, now=clock.now()
    )
    return ClientPortraitsOut.of(found)


@get("/clients/{client_id:uuid}/portraits", operation_id="comparePortraits", guards=[office])
@refuses(ClientNotFound)
async def compare_portraits(
    client_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> ClientPortraitsOut:
    """How a client fits each portrait: what fits, what differs, and what to ask him about."""
    return ClientPortraitsOut.of(await service.compare(session, caller, client_id))


router = Router(
    "/crm",
    route_handlers=[
        list_portraits,
        draw_portrait,
        redraw_portrait,
        list_portrait_versions,
        archive_portrait,
        note_traits,
        compare_portraits,
    ],
    tags=["crm: targets"],
)
