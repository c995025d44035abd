from datetime import date, timedelta
from typing import Annotated
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from app.core.clock import Clock
from app.core.places import Place
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import work_in
from app.dispatch.slots.policies import full_hours
from app.dispatch.slots.queries import count_free
from app.dispatch.slots.schemas import FreeHoursOut
from app.http.guards import intake
from app.http.refusals import refuses
from app.identity.api import get_entered_company
from app.orders.api import JobKind, JobTypeNeeded, JobTypeNotFound, get_job_type, usual_job_type

FirstDay = Annotated[
    date | None, QueryParameter(name="from", description="By the company's clocks. Default: today")
]
Days = Annotated[int, QueryParameter(ge=1, le=14)]
Lat = Annotated[float | None, QueryParameter(ge=-90, le=90, description="Where; with `lon`")]
Lon = Annotated[float | None, QueryParameter(ge=-180, le=180)]
TypeId = Annotated[UUID | None, QueryParameter(description="Default: the only kind of measurement")]


@get("/free-hours", operation_id="listFreeHours", guards=[intake])
@refuses(JobTypeNeeded, JobTypeNotFound)
async def list_free_hours(
    *,
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    job_type_id: TypeId = None,
    first_day: FirstDay = None,
    days: Days = 7,
    lat: Lat = None,
    lon: Lon = None,
) -> FreeHoursOut:
    """At which hours somebody could come, before there is a job: for work of one person, such as a measurement.

    For an installation see `findInstallationSlots`.
    """
    if job_type_id is None:
        job_type = await usual_job_type(session, caller.company_id, JobKind.MEASUREMENT)
    else:
        job_type = await get_job_type(session, caller.company_id, job_type_id)
    company = await get_entered_company(session, caller.company_id)
    zone, now = ZoneInfo(company.timezone), clock.now()
    moments = full_hours(first=first_day or now.astimezone(zone).date(), days=days, zone=zone, now=now)
    place = Place(lon=lon, lat=lat) if lat is not None and lon is not None else None
    duration = timedelta(minutes=job_type.duration_min)
    async with work_in(session, caller.company_id) as work:
        items = await count_free(
            work, moments, duration=duration, skills=job_type.required_skills, place=place
        )
    return FreeHoursOut(duration_min=job_type.duration_min, timezone=company.timezone, items=items)


router = Router("/", route_handlers=[list_free_hours], tags=["dispatch: candidates"])
