from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.errors import CommandReused
from app.dispatch.api import VisitNotFound
from app.field.commands.door import DOOR, Door
from app.field.commands.policies import NumberUsed
from app.field.tags.commands import SCAN_TAG
from app.field.tags.schemas import ScanTag, TagScannedOut
from app.field.tags.service import TagOfOtherSite, TagUnknown
from app.field.visits import VisitNotAtWork
from app.http.guards import workers
from app.http.refusals import refuses


@post("/field/visits/{visit_id:uuid}/tags", operation_id="scanTag", guards=[workers], status_code=200)
@refuses(CommandReused, NumberUsed, TagOfOtherSite, TagUnknown, VisitNotAtWork, VisitNotFound)
async def scan_tag(
    visit_id: FromPath[UUID], data: JSONBody[ScanTag], door: NamedDependency[Door]
) -> TagScannedOut:
    """Say that the tag of a product was read on site. It is the proof `tag` of a visit."""
    return await door.carry_out(SCAN_TAG, visit_id, data)


router = Router("/", route_handlers=[scan_tag], dependencies=DOOR, tags=["field: work"])
