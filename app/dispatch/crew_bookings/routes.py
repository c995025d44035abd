from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.crew_bookings import service
from app.dispatch.crew_bookings.schemas import AddMember, EndMembership
from app.dispatch.crew_bookings.service import MemberAsked
from app.dispatch.staffing.policies import VisitsBeneath
from app.http.guards import managers
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.workforce.api import (
    AlreadyMember,
    BookedMeanwhile,
    CrewNotFound,
    CrewOut,
    ForemanStays,
    MemberBusy,
    MemberNotFound,
    MembershipInvalid,
    WorkerNotFound,
    crew_card,
)


@post("/crews/{crew_id:uuid}/members", operation_id="addCrewMember", guards=[managers])
@refuses(
    AlreadyMember,
    BookedMeanwhile,
    CrewNotFound,
    MemberBusy,
    MembershipInvalid,
    VisitsBeneath,
    WorkerNotFound,
)
@once
async def add_crew_member(
    crew_id: FromPath[UUID],
    data: JSONBody[AddMember],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> CrewOut:
    """Add a worker to a crew, for good or for some days. Visits already booked for the crew take his time too."""
    await service.add_member(
        session,
        caller,
        crew_id=crew_id,
        worker_id=data.worker_id,
        since=data.since or clock.now(),
        until=data.until,
        share=data.share,
        reason=data.override_reason,
        now=clock.now(),
    )
    return await crew_card(session, caller.company_id, crew_id)


@post(
    "/crews/{crew_id:uuid}/members/{worker_id:uuid}/end",
    operation_id="endCrewMembership",
    guards=[managers],
    status_code=200,
)
@refuses(
    BookedMeanwhile,
    CrewNotFound,
    ForemanStays,
    MemberAsked,
    MemberNotFound,
    MembershipInvalid,
    VisitsBeneath,
)
async def end_crew_membership(
    crew_id: FromPath[UUID],
    worker_id: FromPath[UUID],
    data: JSONBody[EndMembership],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> CrewOut:
    """Take a worker out of a crew. Later visits no longer take his time; past ones stay on his record."""
    now = clock.now()
    await service.end_membership(
        session,
        caller,
        crew_id=crew_id,
        worker_id=worker_id,
        at=data.at or now,
        reason=data.override_reason,
        now=now,
    )
    return await crew_card(session, caller.company_id, crew_id)


router = Router("/", route_handlers=[add_crew_member, end_crew_membership], tags=["dispatch: crews"])
