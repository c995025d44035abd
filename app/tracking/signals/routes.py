from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Router, delete, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.core.clock import Clock
from app.core.places import Place
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import dispatchers, managers, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit
from app.http.refusals import refuses
from app.http.schemas import Page
from app.http.versions import IfMatch
from app.identity import api as identity
from app.tracking.signals import queries, service
from app.tracking.signals.schemas import (
    AddAllowedPlace,
    AllowedPlaceOut,
    AllowedPlacesOut,
    ChangeSignalSettings,
    CloseSignal,
    SignalSettingsOut,
    StopSignalOut,
    StopSignalWithPingsOut,
    show_places,
)
from app.tracking.signals.service import AllowedPlaceNotFound, SignalClosed, SignalNotFound


async def _zone(session: Session, caller: Scope) -> ZoneInfo:
    return ZoneInfo((await identity.get_entered_company(session, caller.company_id)).timezone)


@get("/signals", operation_id="listSignals", guards=[managers])
async def list_signals(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    worker_id: FromQuery[UUID | None] = None,
    is_open: FromQuery[bool | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[StopSignalOut]:
    """Stops that nothing explains, newest first. Each worker finds in his list that somebody looked."""
    found, next_cursor = await service.find_told(
        session,
        caller,
        worker_id=worker_id,
        is_open=is_open,
        cursor=cursor,
        limit=limit,
        now=clock.now(),
    )
    zone = await _zone(session, caller)
    items = [StopSignalOut.of(one, zone, caller.lang) for one in found]
    return Page(items=items, next_cursor=next_cursor)


@get("/signals/{signal_id:uuid}", operation_id="getSignal", guards=[managers])
@refuses(SignalNotFound)
async def get_signal(
    signal_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> StopSignalWithPingsOut:
    """One stop with every reason and every position it goes by."""
    shown = await service.read_signal(session, caller, signal_id, now=clock.now())
    return StopSignalWithPingsOut.of_shown(shown, await _zone(session, caller), caller.lang)


@post("/signals/{signal_id:uuid}/close", operation_id="closeSignal", guards=[managers], status_code=200)
@refuses(SignalClosed, SignalNotFound)
async def close_signal(
    signal_id: FromPath[UUID],
    data: JSONBody[CloseSignal],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> StopSignalOut:
    """Decide, with a reason. The worker sees it, and it stays so."""
    told = await service.close_signal(
        session, caller, signal_id=signal_id, decision=data.decision, reason=data.reason, now=clock.now()
    )
    return StopSignalOut.of(told, await _zone(session, caller), caller.lang)


@get("/signal-settings", operation_id="getSignalSettings", guards=[office])
async def get_signal_settings(
    session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> SignalSettingsOut:
    """Whether the company looks for stops that nothing explains, and by which limits."""
    return SignalSettingsOut.of(await queries.get_settings(session, caller.company_id))


@patch("/signal-settings", operation_id="changeSignalSettings", guards=[managers])
async def change_signal_settings(
    data: JSONBody[ChangeSignalSettings],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> SignalSettingsOut:
    """Turn it on or off, or change a limit. Open signals are looked at again."""
    settings = await service.change_settings(
        session, caller, changes=data.changes(), if_match=if_match, now=clock.now()
    )
    return SignalSettingsOut.of(settings)


@get("/allowed-places", operation_id="listAllowedPlaces", guards=[office])
async def list_allowed_places(
    session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> AllowedPlacesOut:
    """Depots and other places where a stop needs no explanation, by name."""
    return show_places(await queries.find_places(session, caller.company_id))


@post("/allowed-places", operation_id="addAllowedPlace", guards=[dispatchers])
@once
async def add_allowed_place(
    data: JSONBody[AddAllowedPlace],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> AllowedPlaceOut:
    """Add a place. Open signals at it go away."""
    added = await service.add_place(
        session,
        caller,
        name=data.name,
        place=Place(lat=data.lat, lon=data.lon),
        radius_m=data.radius_m,
        now=clock.now(),
    )
    return AllowedPlaceOut.of(added)


@delete("/allowed-places/{place_id:uuid}", operation_id="removeAllowedPlace", guards=[dispatchers])
@refuses(AllowedPlaceNotFound)
async def remove_allowed_place(
    place_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> None:
    """A stop there needs an explanation again."""
    await service.remove_place(session, caller, place_id, now=clock.now())


router = Router(
    "/tracking",
    route_handlers=[
        list_signals,
        get_signal,
        close_signal,
        get_signal_settings,
        change_signal_settings,
        list_allowed_places,
        add_allowed_place,
        remove_allowed_place,
    ],
    tags=["tracking: signals"],
)
