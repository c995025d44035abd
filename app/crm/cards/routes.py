from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from app.clients.api import ClientNotFound
from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.cards.reading import show_card, show_history
from app.crm.cards.schemas import ClientCardOut, HistoryEntryOut, HistoryKind
from app.db.reader import Reader
from app.http.guards import office
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit
from app.http.refusals import refuses
from app.http.schemas import Page


@get("/clients/{client_id:uuid}/card", operation_id="getClientCard", guards=[office])
@refuses(ClientNotFound)
async def get_client_card(
    client_id: FromPath[UUID],
    reader: NamedDependency[Reader],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ClientCardOut:
    """All that is known of a client: status with its reason, needs, consents, and what happened, newest first."""
    async with reader.together() as work:
        return await show_card(work, caller, client_id, now=clock.now())


@get("/clients/{client_id:uuid}/history", operation_id="listClientHistory", guards=[office])
@refuses(ClientNotFound)
async def list_client_history(
    client_id: FromPath[UUID],
    reader: NamedDependency[Reader],
    caller: NamedDependency[Scope],
    kind: FromQuery[HistoryKind | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[HistoryEntryOut]:
    """What happened with a client, newest first: of one kind, or everything. Chats of his jobs are `kind=chat`."""
    async with reader.together() as work:
        return await show_history(work, caller, client_id, kind=kind, cursor=cursor, limit=limit)


router = Router("/crm", route_handlers=[get_client_card, list_client_history], tags=["crm: cards"])
