from datetime import timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody, QueryParameter

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.reader import Reader
from app.db.work import Work
from app.dispatch.board.routes import DayCount, FirstDay
from app.dispatch.gate.policies import (
    NEVER,
    AssigneeImpossible,
    AssigneeNotFound,
    AssigneeUnsuitable,
    JobNotPlannable,
    NotReadyThen,
    VisitTimeInvalid,
    WorkerBusy,
)
from app.dispatch.placing import service
from app.dispatch.placing.schemas import BoardPlaceOut, BoardPlacesOut, BoardTimeOut, PlaceJob, PlaceVisit
from app.dispatch.placing.service import JobHasVisit, Place, Places
from app.dispatch.visits.schemas import DURATION_MAX_MIN, VisitOut
from app.dispatch.visits.states import VisitIsPinned, VisitMoveRefused, VisitNotFound
from app.http.guards import dispatchers
from app.http.idempotency import Once, once, provide_once_at_end
from app.http.refusals import refuses
from app.http.versions import IfMatch, check_version
from app.orders.api import JobNotFound

Duration = Annotated[
    int | None,
    QueryParameter(
        ge=5, le=DURATION_MAX_MIN, description="Minutes. Default: as long as it is, or that of the job type"
    ),
]


@post("/visits/{visit_id:uuid}/place", operation_id="placeVisit", guards=[dispatchers], status_code=200)
@refuses(
    AssigneeImpossible,
    AssigneeNotFound,
    AssigneeUnsuitable,
    JobNotPlannable,
    NotReadyThen,
    VisitIsPinned,
    VisitMoveRefused,
    VisitNotFound,
    VisitTimeInvalid,
    WorkerBusy,
)
async def place_visit(
    visit_id: FromPath[UUID],
    data: JSONBody[PlaceVisit],
    work: NamedDependency[Work],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> VisitOut:
    """Give a visit a time and people, or nobody, in one step. They are asked at once; whoever had it no longer has it.

    What is not sent of the time stays. Whoever has the visit already keeps it, without being asked again, if its
    start stays and it becomes no longer. `checkPlaces` tells before what a place would break.
    """
    visit = await service.place_visit(
        work,
        caller,
        visit_id=visit_id,
        check_version=partial(check_version, if_match),
        to=data,
        now=clock.now(),
    )
    return VisitOut.of(visit)


@post("/jobs/{job_id:uuid}/place", operation_id="placeJob", guards=[dispatchers])
@refuses(
    AssigneeImpossible,
    AssigneeNotFound,
    AssigneeUnsuitable,
    JobHasVisit,
    JobNotFound,
    JobNotPlannable,
    NotReadyThen,
    VisitMoveRefused,
    VisitNotFound,
    VisitTimeInvalid,
    WorkerBusy,
)
@once
async def place_job(
    job_id: FromPath[UUID],
    data: JSONBody[PlaceJob],
    work: NamedDependency[Work],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> VisitOut:
    """Plan a visit of a job and offer it in one step. `accept_by` is the deadline for the answer."""
    visit = await service.place_job(work, caller, job_id=job_id, to=data, now=clock.now())
    return VisitOut.of(visit)


@get("/visits/{visit_id:uuid}/places", operation_id="checkPlaces", guards=[dispatchers])
@refuses(JobNotFound, VisitNotFound)
async def check_places(
    *,
    visit_id: FromPath[UUID],
    reader: NamedDependency[Reader],
    clock: NamedDependency[Clock],
    day: FirstDay = None,
    days: DayCount = 1,
    duration_min: Duration = None,
) -> BoardPlacesOut:
    """What this visit would break on each row of the board, begun at any minute of these days. Nothing is changed.

    One answer is enough for a whole drag. What counts in the end is what `placeVisit` says.
    """
    found = await service.check_visit(reader, visit_id, day, days, _minutes(duration_min), now=clock.now())
    return _shown(found)


@get("/jobs/{job_id:uuid}/places", operation_id="checkPlacesOfJob", guards=[dispatchers])
@refuses(JobNotFound)
async def check_places_of_job(
    *,
    job_id: FromPath[UUID],
    reader: NamedDependency[Reader],
    clock: NamedDependency[Clock],
    day: FirstDay = None,
    days: DayCount = 1,
    duration_min: Duration = None,
) -> BoardPlacesOut:
    """The same for a job that is to get a visit: see `placeJob`."""
    found = await service.check_job(reader, job_id, day, days, _minutes(duration_min), now=clock.now())
    return _shown(found)


def _minutes(number: int | None) -> timedelta | None:
    return timedelta(minutes=number) if number else None


def _shown(found: Places) -> BoardPlacesOut:
    return BoardPlacesOut(
        duration_min=int(found.duration.total_seconds() // 60),
        starts_at=found.days.starts_at,
        ends_at=found.days.ends_at,
        version=found.version,
        never=sorted(NEVER),
        places=[_place(one) for one in found.places],
    )


def _place(place: Place) -> BoardPlaceOut:
    unit = place.unit
    return BoardPlaceOut(
        worker_id=None if unit.crew_id else unit.leader_id,
        crew_id=unit.crew_id,
        at_present=place.at_present,
        times=[BoardTimeOut(one.since, one.until, one.codes) for one in place.times],
    )


router = Router(
    "/",
    route_handlers=[place_visit, place_job, check_places, check_places_of_job],
    dependencies={"once": Provide(provide_once_at_end)},
    tags=["dispatch: board"],
)
