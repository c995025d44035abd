from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from app.core.clock import Clock
from app.core.errors import CommandReused
from app.core.periods import PeriodInvalid
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import work_in
from app.dispatch.api import VisitNotFound
from app.field.commands.door import DOOR, Door
from app.field.commands.policies import NumberUsed
from app.field.materials import policies, service
from app.field.materials.commands import USE_MATERIALS
from app.field.materials.schemas import (
    CorrectMaterials,
    JobMaterialsHistoryOut,
    JobMaterialsOut,
    MaterialJobOut,
    MaterialReportOut,
    MaterialsTakenOut,
    MaterialSumOut,
    OrderMaterialsOut,
    UseMaterials,
)
from app.field.materials.showing import show_job
from app.field.queries import find_jobs_of_order
from app.field.visits import VisitNotAtWork
from app.http.guards import anybody, dispatchers, office, workers
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, cut_page, read_cursor
from app.http.refusals import refuses
from app.http.schemas import Page
from app.orders import api as orders
from app.orders.api import (
    JobNotFound,
    JobOver,
    MaterialNotFound,
    MaterialsRefused,
    OrderNotFound,
    SetExpectedMaterials,
)

Since = Annotated[date, QueryParameter(name="from", description="First day, by the company's calendar")]
Until = Annotated[date, QueryParameter(name="to", description="The day after the last")]


@post("/field/visits/{visit_id:uuid}/materials", operation_id="useMaterials", guards=[workers])
@refuses(CommandReused, JobNotFound, JobOver, MaterialsRefused, NumberUsed, VisitNotAtWork, VisitNotFound)
async def use_materials(
    visit_id: FromPath[UUID], data: JSONBody[UseMaterials], door: NamedDependency[Door]
) -> MaterialsTakenOut:
    """Report what was used, on site or afterwards, and correct what was reported before: with a reason, and the line
    stays. All problems come at once, each with its path.

    A correction of the office that the worker has not seen is not overwritten: see `conflicts`.
    """
    return await door.carry_out(USE_MATERIALS, visit_id, data)


@post("/jobs/{job_id:uuid}/materials/corrections", operation_id="correctMaterials", guards=[dispatchers])
@refuses(JobNotFound, JobOver, MaterialsRefused)
@once
async def correct_materials(
    job_id: FromPath[UUID],
    data: JSONBody[CorrectMaterials],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> JobMaterialsHistoryOut:
    """Correct what workers have reported. The reported lines stay."""
    now = clock.now()
    corrections = [one.sent() for one in data.corrections]
    await service.correct_materials(session, caller, job_id=job_id, corrections=corrections, now=now)
    return await show_job(session, caller, job_id, now=now)


@put("/jobs/{job_id:uuid}/materials", operation_id="setExpectedMaterials", guards=[dispatchers])
@refuses(JobNotFound, MaterialsRefused)
async def set_expected_materials(
    job_id: FromPath[UUID],
    data: JSONBody[SetExpectedMaterials],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> JobMaterialsHistoryOut:
    """Say by hand what this job needs, instead of the norms of its type. Other materials stay as they are."""
    now = clock.now()
    given = [(item.material_id, item.exact()) for item in data.items]
    await orders.set_expected_materials(session, caller, job_id=job_id, given=given, now=now)
    return await show_job(session, caller, job_id, now=now)


@get("/jobs/{job_id:uuid}/materials", operation_id="getJobMaterials", guards=[anybody])
@refuses(JobNotFound)
async def get_job_materials(
    job_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> JobMaterialsHistoryOut:
    """What a job needs, what was used, and every report and correction."""
    await orders.get_job(session, caller, job_id)
    return await show_job(session, caller, job_id, now=clock.now())


@get("/orders/{order_id:uuid}/materials", operation_id="getOrderMaterials", guards=[office])
@refuses(OrderNotFound)
async def get_order_materials(
    order_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> OrderMaterialsOut:
    """What the jobs of an order need and have used, each and together."""
    await orders.get_order(session, caller, order_id)
    job_ids = await find_jobs_of_order(session, caller, order_id)
    async with work_in(session, caller.company_id) as work:
        jobs = await service.compare_jobs(work, job_ids, now=clock.now())
    return OrderMaterialsOut(
        order_id=order_id,
        items=[MaterialSumOut.of(line, caller.lang) for line in policies.sum_up(jobs)],
        jobs=[JobMaterialsOut.of(job, caller.lang) for job in jobs],
    )


@get("/materials/report", operation_id="getMaterialReport", guards=[office])
@refuses(PeriodInvalid)
async def get_material_report(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    since: Since,
    until: Until,
) -> MaterialReportOut:
    """What was used against what was expected, by material, in the jobs that were first reported in a period.

    A job counts as a whole in one period, so the sum of the months is the year.
    """
    jobs = await service.compare_period(session, caller, since=since, until=until, now=clock.now())
    return MaterialReportOut(
        jobs=len(jobs), items=[MaterialSumOut.of(line, caller.lang) for line in policies.sum_up(jobs)]
    )


@get("/materials/{material_id:uuid}/jobs", operation_id="listMaterialJobs", guards=[office])
@refuses(MaterialNotFound, PeriodInvalid)
async def list_material_jobs(
    material_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    since: Since,
    until: Until,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[MaterialJobOut]:
    """The jobs behind one material of the report, the newest job first."""
    await orders.get_material(session, caller, material_id)
    before = read_cursor(cursor) if cursor else None
    jobs = await service.compare_period(session, caller, since=since, until=until, now=clock.now())
    lines = [
        MaterialJobOut.of(job.job.job_id, job.job.job_number, line)
        for job in sorted(jobs, key=lambda one: one.job.job_id, reverse=True)
        for line in job.lines
        if line.material.id == material_id and (before is None or job.job.job_id < before)
    ]
    page, next_cursor = cut_page(lines[: limit + 1], limit, by="job_id")
    return Page(items=list(page), next_cursor=next_cursor)


router = Router(
    "/",
    route_handlers=[
        use_materials,
        correct_materials,
        set_expected_materials,
        get_job_materials,
        get_order_materials,
        get_material_report,
        list_material_jobs,
    ],
    dependencies=DOOR,
    tags=["field: materials"],
)
