from litestar import Router, get, patch
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import managers, office
from app.http.versions import IfMatch
from app.notifications.settings import queries, service
from app.notifications.settings.schemas import ChangeMessageSettings, MessageSettingsOut


@get("/", operation_id="getMessageSettings", guards=[office])
async def get_message_settings(
    session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> MessageSettingsOut:
    """At what hours messages go to clients, how many, and what an SMS costs."""
    return MessageSettingsOut.of(await queries.get_settings(session, caller.company_id))


@patch("/", operation_id="changeMessageSettings", guards=[managers])
async def change_message_settings(
    data: JSONBody[ChangeMessageSettings],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> MessageSettingsOut:
    """Change hours, caps or the price. It holds for messages that wait, too."""
    settings = await service.change_settings(session, caller, changes=data.changes(), if_match=if_match)
    return MessageSettingsOut.of(settings)


router = Router(
    "/message-settings",
    route_handlers=[get_message_settings, change_message_settings],
    tags=["notifications: settings"],
)
