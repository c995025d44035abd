from litestar import Router, get, patch
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import office, owner
from app.http.refusals import refuses
from app.http.versions import IfMatch
from app.tracking.settings import queries, service
from app.tracking.settings.schemas import ChangeTrackingSettings, TrackingSettingsOut
from app.tracking.settings.service import KeptLongerThanAgreed


@get("/settings", operation_id="getTrackingSettings", guards=[office])
async def get_tracking_settings(
    session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> TrackingSettingsOut:
    """What the company has set for tracking."""
    return TrackingSettingsOut.of(await queries.get_settings(session, caller.company_id))


@patch("/settings", operation_id="changeTrackingSettings", guards=[owner])
@refuses(KeptLongerThanAgreed)
async def change_tracking_settings(
    data: JSONBody[ChangeTrackingSettings],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> TrackingSettingsOut:
    """Change how long positions are kept, and from which length a stay is a stop.

    With a shorter time older positions are removed within an hour. A longer time needs a consent text that names it
    (`addConsentText`). Positions of the time of an older consent are kept for as long as its words say, and no longer.
    With another shortest stop the days of the last month are derived again, the newest first, one a second.
    """
    settings = await service.change_settings(session, caller, changes=data.changes(), if_match=if_match)
    return TrackingSettingsOut.of(settings)


router = Router(
    "/tracking",
    route_handlers=[get_tracking_settings, change_tracking_settings],
    tags=["tracking: positions"],
)
