from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.clients.api import SiteNotFound
from app.core.errors import CommandReused
from app.dispatch.api import VisitNotFound
from app.field.commands.door import DOOR, Door
from app.field.commands.policies import NumberUsed
from app.field.site_access.commands import UPDATE_SITE_ACCESS
from app.field.site_access.schemas import SiteAccessOut, UpdateSiteAccess
from app.field.visits import VisitNotHeld
from app.http.guards import workers
from app.http.refusals import refuses


@post(
    "/visits/{visit_id:uuid}/site-access", operation_id="updateSiteAccess", guards=[workers], status_code=200
)
@refuses(CommandReused, NumberUsed, SiteNotFound, VisitNotFound, VisitNotHeld)
async def update_site_access(
    visit_id: FromPath[UUID], data: JSONBody[UpdateSiteAccess], door: NamedDependency[Door]
) -> SiteAccessOut:
    """Correct how to get in: entrance, floor, apartment, intercom, notes.

    Fields that nobody else has changed are written. If the office has changed the same field since the phone was
    shown it, its value stays, and `conflicts` says so: the office decides.
    """
    return await door.carry_out(UPDATE_SITE_ACCESS, visit_id, data)


router = Router("/field", route_handlers=[update_site_access], dependencies=DOOR, tags=["field: work"])
