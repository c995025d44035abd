from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.presence import queries, service
from app.dispatch.presence.policies import Interval, NobodyPresent, PresenceInvalid
from app.dispatch.presence.schemas import (
    CorrectPresence,
    PresenceRecordOut,
    PresenceRecordsOut,
    PresencesOut,
)
from app.dispatch.presence.service import NobodyArrived
from app.dispatch.presence.showing import show_presences
from app.dispatch.visits.service import get_visit
from app.dispatch.visits.states import VisitNotFound
from app.http.guards import dispatchers, office
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.workforce.api import WorkerNotFound


@get("/visits/{visit_id:uuid}/presence", operation_id="listVisitPresence", guards=[office])
@refuses(VisitNotFound)
async def list_visit_presence(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> PresencesOut:
    """Who was at a visit, and when. Until somebody says otherwise: the crew as it was on arrival."""
    presences = await service.find_presences(session, caller, visit_id)
    return await show_presences(session, caller.company_id, presences)


@get("/visits/{visit_id:uuid}/presence/history", operation_id="getVisitPresenceHistory", guards=[office])
@refuses(VisitNotFound)
async def get_visit_presence_history(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> PresenceRecordsOut:
    """Everything that was recorded about who was at a visit, oldest first. Nothing in it ever changes."""
    await get_visit(session, caller, visit_id)
    rows = await queries.find_rows(session, caller.company_id, visit_id)
    return PresenceRecordsOut(items=[PresenceRecordOut.of(row) for row in rows])


@post("/visits/{visit_id:uuid}/presence", operation_id="correctVisitPresence", guards=[dispatchers])
@refuses(NobodyArrived, NobodyPresent, PresenceInvalid, VisitNotFound, WorkerNotFound)
@once
async def correct_visit_presence(
    visit_id: FromPath[UUID],
    data: JSONBody[CorrectPresence],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> PresencesOut:
    """Say when a worker was at a visit, with a reason.

    Also possible after the act was signed. The act stays as it is, and the rewards are divided anew by rows
    that name those they correct.
    """
    presences = await service.correct_presence(
        session,
        caller,
        visit_id=visit_id,
        worker_id=data.worker_id,
        intervals=[Interval(one.came_at, one.left_at) for one in data.intervals],
        share=data.share,
        reason=data.reason,
        now=clock.now(),
    )
    return await show_presences(session, caller.company_id, presences)


router = Router(
    "/",
    route_handlers=[list_visit_presence, get_visit_presence_history, correct_visit_presence],
    tags=["dispatch: visits"],
)
