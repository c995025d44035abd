from litestar import Router, get, patch
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.confirmation import queries, service
from app.dispatch.confirmation.schemas import ChangeConfirmationSettings, ConfirmationSettingsOut
from app.http.guards import managers, office
from app.http.versions import IfMatch


@get("/confirmation-settings", operation_id="getConfirmationSettings", guards=[office])
async def get_confirmation_settings(
    session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> ConfirmationSettingsOut:
    """When clients are asked whether a visit suits them, and reminded of it."""
    return ConfirmationSettingsOut.of(await queries.get_settings(session, caller.company_id))


@patch("/confirmation-settings", operation_id="changeConfirmationSettings", guards=[managers])
async def change_confirmation_settings(
    data: JSONBody[ChangeConfirmationSettings],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> ConfirmationSettingsOut:
    """Change them. They hold for visits that are booked already, too."""
    settings = await service.change_settings(
        session, caller, changes=data.changes(), if_match=if_match, now=clock.now()
    )
    return ConfirmationSettingsOut.of(settings)


router = Router(
    "/", route_handlers=[get_confirmation_settings, change_confirmation_settings], tags=["dispatch: visits"]
)
