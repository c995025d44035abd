from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.clients.api import (
    CardNotFound,
    ClientNotFound,
    ConsentInvalid,
    ConsentTextMissing,
    ConsentTextNotFound,
    ContactNotOnCard,
)
from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.magnets import queries, service
from app.crm.magnets.models import MagnetExchange
from app.crm.magnets.schemas import AddMagnet, ExchangeContact, ExchangeOut, MagnetOut, MagnetsOut
from app.crm.magnets.service import MagnetEnded, MagnetNotFound, NotReachable
from app.crm.targets.service import TargetNotFound
from app.db.session import Session
from app.http.guards import intake, managers, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page


@get("/magnets", operation_id="listMagnets", guards=[office])
async def list_magnets(session: NamedDependency[Session], caller: NamedDependency[Scope]) -> MagnetsOut:
    """What is given for a contact, with how many contacts and buyers it brought."""
    found = await queries.count_magnets(session, caller.company_id)
    return MagnetsOut(items=[MagnetOut.of(one) for one in found])


@post("/magnets", operation_id="addMagnet", guards=[managers])
@once
async def add_magnet(
    data: JSONBody[AddMagnet],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> MagnetOut:
    """Give something useful for a contact: a checklist, a free measurement, a calculator."""
    magnet = await service.add_magnet(session, caller, kind=data.kind, name=data.name, cost_kop=data.cost_kop)
    return MagnetOut.new(magnet)


@post("/magnets/{magnet_id:uuid}/end", operation_id="endMagnet", guards=[managers], status_code=204)
@refuses(MagnetNotFound)
async def end_magnet(
    magnet_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> None:
    """Give it to nobody any more."""
    await service.end_magnet(session, caller, magnet_id=magnet_id, now=clock.now())


@post("/magnets/{magnet_id:uuid}/exchanges", operation_id="exchangeContact", guards=[intake])
@refuses(
    CardNotFound,
    ClientNotFound,
    ConsentInvalid,
    ConsentTextMissing,
    ConsentTextNotFound,
    ContactNotOnCard,
    MagnetEnded,
    MagnetNotFound,
    NotReachable,
    TargetNotFound,
)
@once
async def exchange_contact(
    magnet_id: FromPath[UUID],
    data: JSONBody[ExchangeContact],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ExchangeOut:
    """A person left his contact and got it. He is a lead from then on. Each client gets it once."""
    row = await service.exchange(
        session, caller, magnet_id=magnet_id, given=data.to_exchange(), now=clock.now()
    )
    return ExchangeOut.of(row)


@get("/magnets/{magnet_id:uuid}/exchanges", operation_id="listExchanges", guards=[office])
async def list_exchanges(
    magnet_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ExchangeOut]:
    """Whose contacts it brought, newest first."""
    query = queries.select_exchanges(caller.company_id, magnet_id)
    rows, next_cursor = await fetch_page(session, query, MagnetExchange.id, cursor=cursor, limit=limit)
    return Page(items=[ExchangeOut.of(row) for row in rows], next_cursor=next_cursor)


router = Router(
    "/crm",
    route_handlers=[list_magnets, add_magnet, end_magnet, exchange_contact, list_exchanges],
    tags=["crm: targets"],
)
