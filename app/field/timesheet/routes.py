import asyncio
from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter, SkipValidation

from app.core.clock import Clock
from app.core.errors import CommandReused
from app.core.exports import ExportTooLarge
from app.core.periods import PeriodInvalid
from app.core.scope import Scope
from app.core.sheets import XLSX
from app.db.session import Session
from app.dispatch.api import VisitNotFound
from app.field.commands.door import DOOR, Door
from app.field.commands.policies import NumberUsed
from app.field.timesheet import service
from app.field.timesheet.commands import COMMENT_TIME_CORRECTION
from app.field.timesheet.printing import make_payroll
from app.field.timesheet.schemas import (
    CommentTimeCorrection,
    CorrectTime,
    TimeCorrectionOut,
    TimeCorrectionsOut,
    TimesheetDayOut,
    TimesheetOut,
    TimeSumsOut,
)
from app.field.timesheet.service import (
    Explained,
    TimeCorrectedMeanwhile,
    TimeCorrectionNotFound,
    TimeNotOver,
    Timesheet,
)
from app.http.dependencies import Transactions
from app.http.guards import billers, office, workers
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.workforce.api import WorkerNotFound

FirstDay = Annotated[date, QueryParameter(name="from", description="First day")]
DayAfter = Annotated[date, QueryParameter(name="to", description="The day after the last, at most 62 later")]


@get("/workers/{worker_id:uuid}/timesheet", operation_id="getTimesheet", guards=[office])
@refuses(PeriodInvalid, WorkerNotFound)
async def get_timesheet(
    worker_id: FromPath[UUID],
    since: FirstDay,
    until: DayAfter,
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
) -> TimesheetOut:
    """Travel, work and pauses of a worker by day, derived from the history of his visits.

    What has not ended is shown and counts for nothing. The office corrects it, with a reason.
    """
    company_id = caller.company_id
    sheet = await service.read_timesheet(session, company_id, worker_id=worker_id, since=since, until=until)
    return _shown(sheet)


@get("/field/my-timesheet", operation_id="getMyTimesheet", guards=[workers])
@refuses(PeriodInvalid, WorkerNotFound)
async def get_my_timesheet(
    since: FirstDay, until: DayAfter, session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> TimesheetOut:
    """The caller's own time, with every correction of it: who, when, why, and what was counted before."""
    sheet = await service.read_timesheet(
        session, caller.company_id, worker_id=caller.user_id, since=since, until=until
    )
    return _shown(sheet)


def _shown(sheet: Timesheet) -> TimesheetOut:
    return TimesheetOut(
        timezone=sheet.zone,
        days=[TimesheetDayOut.of_day(day) for day in sheet.days],
        total=TimeSumsOut.of(sheet.days),
        corrections=[_explained(one) for one in sheet.corrections],
    )


def _explained(one: Explained) -> TimeCorrectionOut:
    return TimeCorrectionOut.of(one.correction, one.comments)


@post("/workers/{worker_id:uuid}/timesheet/corrections", operation_id="correctTime", guards=[billers])
@refuses(PeriodInvalid, TimeCorrectedMeanwhile, TimeNotOver, VisitNotFound, WorkerNotFound)
@once
async def correct_time(
    worker_id: FromPath[UUID],
    data: JSONBody[CorrectTime],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> TimeCorrectionOut:
    """Say what a worker did in a period, with a reason. What was counted before is kept, and he sees both."""
    corrected = await service.correct_time(
        session, caller, worker_id=worker_id, correction=data, now=clock.now()
    )
    return _explained(corrected)


@get("/workers/{worker_id:uuid}/timesheet/corrections", operation_id="listTimeCorrections", guards=[office])
@refuses(PeriodInvalid)
async def list_time_corrections(
    worker_id: FromPath[UUID],
    since: FirstDay,
    until: DayAfter,
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
) -> TimeCorrectionsOut:
    """Corrections of a worker's time on these days, in the order in which they hold."""
    found = await service.find_corrections(
        session, caller.company_id, worker_id=worker_id, since=since, until=until
    )
    return TimeCorrectionsOut(items=[_explained(one) for one in found])


@post(
    "/field/my-timesheet/corrections/{correction_id:uuid}/comment",
    operation_id="commentTimeCorrection",
    guards=[workers],
    status_code=200,
)
@refuses(CommandReused, NumberUsed, TimeCorrectionNotFound)
async def comment_time_correction(
    correction_id: FromPath[UUID], data: JSONBody[CommentTimeCorrection], door: NamedDependency[Door]
) -> TimeCorrectionOut:
    """Say what one thinks of a correction of one's time. A supervisor finds it in the inbox."""
    return await door.carry_out(COMMENT_TIME_CORRECTION, correction_id, data)


@get("/timesheets/payroll", operation_id="exportTimesheets", guards=[billers], media_type=XLSX)
@refuses(ExportTooLarge, PeriodInvalid)
async def export_timesheets(
    since: FirstDay,
    until: DayAfter,
    transactions: NamedDependency[SkipValidation[Transactions]],
    caller: NamedDependency[Scope],
) -> Response[bytes]:
    """An XLSX workbook for payroll: worker by day, the sums by worker, and what has not ended."""
    async with transactions() as session:
        facts = await service.read_payroll(session, caller.company_id, since=since, until=until)
    book = await asyncio.to_thread(make_payroll, facts, caller.lang)
    name = f"timesheets-{since}-{until}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(book, media_type=XLSX, headers=headers)


router = Router(
    "/",
    route_handlers=[
        get_timesheet,
        get_my_timesheet,
        correct_time,
        list_time_corrections,
        comment_time_correction,
        export_timesheets,
    ],
    dependencies=DOOR,
    tags=["field: timesheet"],
)
