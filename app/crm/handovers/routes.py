from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.clients.api import ClientNotFound
from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.handovers.reading import show_handover
from app.crm.handovers.schemas import ClientHandoverOut
from app.db.reader import Reader
from app.http.guards import office
from app.http.refusals import refuses


@get("/clients/{client_id:uuid}/handover", operation_id="getClientHandover", guards=[office])
@refuses(ClientNotFound)
async def get_client_handover(
    client_id: FromPath[UUID],
    reader: NamedDependency[Reader],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ClientHandoverOut:
    """What a new colleague must know: warnings, open matters, promises with dates, last contacts, who knows more."""
    async with reader.together() as work:
        return await show_handover(work, caller, client_id, now=clock.now())


router = Router("/crm", route_handlers=[get_client_handover], tags=["crm: cards"])
