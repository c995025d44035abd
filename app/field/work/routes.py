from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.core.clock import Clock
from app.core.errors import CommandReused
from app.core.scope import Scope
from app.db.work import Work
from app.dispatch.api import (
    OfferClosed,
    OfferExpiredAlready,
    OfferTaken,
    VisitMoveRefused,
    VisitNotFound,
    VisitStatus,
)
from app.field.commands.door import DOOR, Door
from app.field.commands.policies import NumberUsed
from app.field.schemas import FieldCommand
from app.field.work import commands, reading
from app.field.work.proofs import ProofsMissing
from app.field.work.schemas import (
    CompleteVisit,
    DeclineVisit,
    DepartForVisit,
    FieldVisitOut,
    FieldVisitsOut,
    FieldVisitStateOut,
    NotCompleteVisit,
    PauseVisit,
)
from app.field.work.service import CommentNeeded
from app.http.guards import workers
from app.http.refusals import refuses


@get("/visits", operation_id="listFieldVisits", guards=[workers])
async def list_field_visits(
    work: NamedDependency[Work],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    status: FromQuery[list[VisitStatus] | None] = None,
) -> FieldVisitsOut:
    """The caller's visits from yesterday on, also those of his crew, in time order."""
    return await reading.read_day(work, caller, statuses=status, now=clock.now())


@get("/visits/{visit_id:uuid}", operation_id="getFieldVisit", guards=[workers])
@refuses(VisitNotFound)
async def get_field_visit(
    visit_id: FromPath[UUID],
    work: NamedDependency[Work],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> FieldVisitOut:
    """Everything the screen of a visit shows.

    The client's phone is masked before the visit is accepted and from two hours after its end.
    """
    return await reading.read_visit(work, caller, visit_id, now=clock.now())


@post("/visits/{visit_id:uuid}/accept", operation_id="acceptVisit", guards=[workers], status_code=200)
@refuses(CommandReused, NumberUsed, OfferClosed, OfferExpiredAlready, OfferTaken, VisitNotFound)
async def accept_visit(
    visit_id: FromPath[UUID], data: JSONBody[FieldCommand], door: NamedDependency[Door]
) -> FieldVisitStateOut:
    """Accept an offered visit. The server's clock decides whether it is still in time."""
    return await door.carry_out(commands.ACCEPT_VISIT, visit_id, data)


@post("/visits/{visit_id:uuid}/decline", operation_id="declineVisit", guards=[workers], status_code=200)
@refuses(
    CommandReused, CommentNeeded, NumberUsed, OfferClosed, OfferExpiredAlready, OfferTaken, VisitNotFound
)
async def decline_visit(
    visit_id: FromPath[UUID], data: JSONBody[DeclineVisit], door: NamedDependency[Door]
) -> FieldVisitStateOut:
    """Decline an offered visit, with a reason."""
    return await door.carry_out(commands.DECLINE_VISIT, visit_id, data)


@post("/visits/{visit_id:uuid}/depart", operation_id="departForVisit", guards=[workers], status_code=200)
@refuses(CommandReused, NumberUsed, VisitMoveRefused, VisitNotFound)
async def depart_for_visit(
    visit_id: FromPath[UUID], data: JSONBody[DepartForVisit], door: NamedDependency[Door]
) -> FieldVisitStateOut:
    """Leave for the client, who gets one SMS with the worker's name and the expected time."""
    return await door.carry_out(commands.DEPART_FOR_VISIT, visit_id, data)


@post("/visits/{visit_id:uuid}/arrive", operation_id="arriveAtVisit", guards=[workers], status_code=200)
@refuses(CommandReused, NumberUsed, VisitMoveRefused, VisitNotFound)
async def arrive_at_visit(
    visit_id: FromPath[UUID], data: JSONBody[FieldCommand], door: NamedDependency[Door]
) -> FieldVisitStateOut:
    """Arrive on site."""
    return await door.carry_out(commands.ARRIVE_AT_VISIT, visit_id, data)


@post("/visits/{visit_id:uuid}/start", operation_id="startVisit", guards=[workers], status_code=200)
@refuses(CommandReused, NumberUsed, ProofsMissing, VisitMoveRefused, VisitNotFound)
async def start_visit(
    visit_id: FromPath[UUID], data: JSONBody[FieldCommand], door: NamedDependency[Door]
) -> FieldVisitStateOut:
    """Start to work. After a pause, use `resumeVisit`.

    What the job type requires before the start must be there. `missing` lists what is not.
    """
    return await door.carry_out(commands.START_VISIT, visit_id, data)


@post("/visits/{visit_id:uuid}/resume", operation_id="resumeVisit", guards=[workers], status_code=200)
@refuses(CommandReused, NumberUsed, VisitMoveRefused, VisitNotFound)
async def resume_visit(
    visit_id: FromPath[UUID], data: JSONBody[FieldCommand], door: NamedDependency[Door]
) -> FieldVisitStateOut:
    """Go on after a pause. To begin, use `startVisit`."""
    return await door.carry_out(commands.RESUME_VISIT, visit_id, data)


@post("/visits/{visit_id:uuid}/pause", operation_id="pauseVisit", guards=[workers], status_code=200)
@refuses(CommandReused, CommentNeeded, NumberUsed, VisitMoveRefused, VisitNotFound)
async def pause_visit(
    visit_id: FromPath[UUID], data: JSONBody[PauseVisit], door: NamedDependency[Door]
) -> FieldVisitStateOut:
    """Pause the work, with a reason."""
    return await door.carry_out(commands.PAUSE_VISIT, visit_id, data)


@post("/visits/{visit_id:uuid}/complete", operation_id="completeVisit", guards=[workers], status_code=200)
@refuses(CommandReused, CommentNeeded, NumberUsed, ProofsMissing, VisitMoveRefused, VisitNotFound)
async def complete_visit(
    visit_id: FromPath[UUID], data: JSONBody[CompleteVisit], door: NamedDependency[Door]
) -> FieldVisitStateOut:
    """Complete the visit, or with `partially` a part of its work.

    Photos, forms, act and whatever else the job type requires must be there. `missing` lists what is not.
    """
    return await door.carry_out(commands.COMPLETE_VISIT, visit_id, data)


@post(
    "/visits/{visit_id:uuid}/not-complete", operation_id="notCompleteVisit", guards=[workers], status_code=200
)
@refuses(CommandReused, CommentNeeded, NumberUsed, VisitMoveRefused, VisitNotFound)
async def not_complete_visit(
    visit_id: FromPath[UUID], data: JSONBody[NotCompleteVisit], door: NamedDependency[Door]
) -> FieldVisitStateOut:
    """End the visit because the work could not be done, with a reason. The job needs another visit."""
    return await door.carry_out(commands.NOT_COMPLETE_VISIT, visit_id, data)


router = Router(
    "/field",
    route_handlers=[
        list_field_visits,
        get_field_visit,
        accept_visit,
        decline_visit,
        depart_for_visit,
        arrive_at_visit,
        start_visit,
        pause_visit,
        resume_visit,
        complete_visit,
        not_complete_visit,
    ],
    dependencies=DOOR,
    tags=["field: work"],
)
