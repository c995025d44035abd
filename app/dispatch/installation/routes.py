from datetime import date, timedelta
from functools import partial
from typing import Annotated
from uuid import UUID

from litestar import Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from app.clients.api import (
    ClientArchived,
    SiteArchived,
    SiteNotFound,
)
from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.gate.policies import (
    AssigneeImpossible,
    AssigneeNotFound,
    AssigneeUnsuitable,
    JobNotPlannable,
    NotReadyThen,
    VisitTimeInvalid,
    WorkerBusy,
)
from app.dispatch.installation import changes, service
from app.dispatch.installation.changes import InstallationTooEarly
from app.dispatch.installation.schemas import (
    BookInstallation,
    CrewDayOut,
    CrewLoadOut,
    InstallationOut,
    SlotOut,
    SlotsOut,
)
from app.dispatch.installation.service import (
    CrewBusy,
    DaysImpossible,
    NotAgreedWithClient,
    ProductionCanceled,
)
from app.dispatch.visits.states import VisitMoveRefused, VisitNotFound
from app.http.guards import dispatchers, office
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.http.versions import IfMatch, check_version
from app.orders.api import (
    ChangeProductionOrder,
    InstallationAlreadyBooked,
    JobNotFound,
    JobTypeNeeded,
    JobTypeNotFound,
    JobTypeRetired,
    OrderCanceled,
    OrderNotFound,
    OrderOfOtherSite,
    ProductionOrderNotFound,
    ProductionOrderOut,
    ReadyDateFixed,
    ReadyDateImpossible,
    SiteOfOtherClient,
)
from app.workforce.api import CrewNotFound, SkillUnknown


@get("/crews/load", operation_id="getCrewLoad", guards=[office])
@refuses(DaysImpossible)
async def get_crew_load(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    first_day: Annotated[date | None, QueryParameter(name="from", description="Default: today")] = None,
    end_day: Annotated[
        date | None, QueryParameter(name="to", description="Exclusive; default: two weeks later")
    ] = None,
) -> CrewLoadOut:
    """How busy each crew is in [`from`, `to`), at most 92 days, by the company's calendar."""
    crew_days = await service.find_crew_load(
        session, caller, first_day=first_day, end_day=end_day, now=clock.now()
    )
    return CrewLoadOut(items=[CrewDayOut.of(one) for one in crew_days])


@get(
    "/production-orders/{production_order_id:uuid}/installation-slots",
    operation_id="findInstallationSlots",
    guards=[office],
)
@refuses(DaysImpossible, JobTypeNeeded, ProductionOrderNotFound)
async def find_installation_slots(
    production_order_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    first_day: Annotated[
        date | None, QueryParameter(name="from", description="Default: the first possible")
    ] = None,
    days: Annotated[int, QueryParameter(ge=1, le=31)] = 14,
    duration_min: Annotated[int | None, QueryParameter(ge=30, le=1440)] = None,
    job_type_id: FromQuery[UUID | None] = None,
) -> SlotsOut:
    """Times to propose to the client: the windows are ready and a whole crew is on shift, free and skilled."""
    slots = await service.find_installation_slots(
        session,
        caller,
        production_order_id=production_order_id,
        first_day=first_day,
        days=days,
        duration_min=duration_min,
        job_type_id=job_type_id,
        now=clock.now(),
    )
    duration = timedelta(minutes=slots.duration_min)
    items = [SlotOut.of(beginning, duration, load) for beginning, load in slots.beginnings]
    return SlotsOut(ready_from=slots.ready_from, duration_min=slots.duration_min, items=items)


@post(
    "/production-orders/{production_order_id:uuid}/installation",
    operation_id="bookInstallation",
    guards=[dispatchers],
)
@refuses(
    AssigneeImpossible,
    AssigneeNotFound,
    AssigneeUnsuitable,
    ClientArchived,
    CrewBusy,
    CrewNotFound,
    InstallationAlreadyBooked,
    JobNotFound,
    JobNotPlannable,
    JobTypeNeeded,
    JobTypeNotFound,
    JobTypeRetired,
    NotAgreedWithClient,
    NotReadyThen,
    OrderCanceled,
    OrderNotFound,
    OrderOfOtherSite,
    ProductionCanceled,
    ProductionOrderNotFound,
    SiteArchived,
    SiteNotFound,
    SiteOfOtherClient,
    SkillUnknown,
    VisitMoveRefused,
    VisitNotFound,
    VisitTimeInvalid,
    WorkerBusy,
)
@once
async def book_installation(
    production_order_id: FromPath[UUID],
    data: JSONBody[BookInstallation],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> InstallationOut:
    """Book the installation the client has agreed to. The visit is offered to the crew, the client gets an SMS."""
    booked = await service.book_installation(
        session, caller, production_order_id=production_order_id, booking=data, now=clock.now()
    )
    await session.flush()  # the answer names the visit's version
    return InstallationOut.of(*booked)


@patch(
    "/production-orders/{production_order_id:uuid}",
    operation_id="changeProductionOrder",
    guards=[dispatchers],
)
@refuses(InstallationTooEarly, ProductionOrderNotFound, ReadyDateFixed, ReadyDateImpossible)
async def change_production_order(
    production_order_id: FromPath[UUID],
    data: JSONBody[ChangeProductionOrder],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> ProductionOrderOut:
    """Change the ready date, the plant's number or the comment. A new date also moves the reminder.

    If an installation is booked before the new date, a reason is needed, and the dispatcher gets an inbox item.
    """
    return await changes.change_production_order(
        session,
        caller,
        production_order_id=production_order_id,
        check_version=partial(check_version, if_match),
        changes=data.changes(),
        now=clock.now(),
    )


router = Router(
    "/",
    route_handlers=[get_crew_load, find_installation_slots, book_installation],
    tags=["dispatch: installation"],
)
production = Router("/", route_handlers=[change_production_order], tags=["dispatch: production"])
