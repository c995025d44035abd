from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.errors import CommandReused
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch import api as dispatch
from app.dispatch.api import (
    NobodyArrived,
    NobodyPresent,
    PresenceCorrected,
    PresenceInvalid,
    PresenceNotYours,
    PresenceSettled,
    PresencesOut,
    VisitNotFound,
)
from app.field.commands.door import DOOR, Door
from app.field.commands.policies import NumberUsed
from app.field.presence.commands import RECORD_PRESENCE
from app.field.presence.schemas import ColleagueOut, RecordPresence
from app.http.guards import workers
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit
from app.http.refusals import refuses
from app.http.schemas import Page
from app.workforce import api as workforce
from app.workforce.api import WorkerNotFound


@get("/field/visits/{visit_id:uuid}/presence", operation_id="listPresence", guards=[workers])
@refuses(VisitNotFound)
async def list_presence(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> PresencesOut:
    """Who is at the visit. Until somebody says otherwise: the crew as it was on arrival."""
    presences = await dispatch.find_presences(session, caller, visit_id)
    return await dispatch.show_presences(session, caller.company_id, presences)


@post(
    "/field/visits/{visit_id:uuid}/presence",
    operation_id="recordPresence",
    guards=[workers],
    status_code=200,
)
@refuses(
    CommandReused,
    NobodyArrived,
    NobodyPresent,
    NumberUsed,
    PresenceCorrected,
    PresenceInvalid,
    PresenceNotYours,
    PresenceSettled,
    VisitNotFound,
    WorkerNotFound,
)
async def record_presence(
    visit_id: FromPath[UUID], data: JSONBody[RecordPresence], door: NamedDependency[Door]
) -> PresencesOut:
    """Say who came, who left and who was not there. The foreman speaks for everybody, others for themselves.

    A substitute sees the visit at once. Whoever was there at any time stands on the act and is paid by his
    share; whoever was absent is free for other visits.
    """
    return await door.carry_out(RECORD_PRESENCE, visit_id, data)


@get("/field/colleagues", operation_id="listColleagues", guards=[workers])
async def list_colleagues(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ColleagueOut]:
    """The names of everybody who works for the company now, to name a substitute. Newest first."""
    colleagues, next_cursor = await workforce.find_colleagues(session, caller, cursor=cursor, limit=limit)
    items = [ColleagueOut(id=one.id, name=one.name) for one in colleagues]
    return Page(items=items, next_cursor=next_cursor)


router = Router(
    "/",
    route_handlers=[list_presence, record_presence, list_colleagues],
    dependencies=DOOR,
    tags=["field: work"],
)
