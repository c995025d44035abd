from collections.abc import Sequence
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, JSONBody

from app.clients.api import SiteNotFound
from app.core.clock import Clock
from app.core.errors import CommandReused
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import Work
from app.dispatch.api import VisitNotFound
from app.field.commands.door import DOOR, Door
from app.field.commands.policies import NumberUsed
from app.field.measurements import service
from app.field.measurements.commands import SUBMIT_MEASUREMENT
from app.field.measurements.policies import MeasurementCorrected
from app.field.measurements.schemas import (
    ChangeOut,
    CorrectMeasurement,
    MeasurementOut,
    MeasurementVersionOut,
    SiteMeasurementOut,
    SubmitMeasurement,
)
from app.field.visits import VisitNotAtWork
from app.http.guards import anybody, dispatchers, workers
from app.http.idempotency import Once, once, provide_once_at_end
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, cut_page, read_cursor
from app.http.refusals import refuses
from app.http.schemas import Page
from app.orders import api as orders
from app.orders.api import (
    JobNotFound,
    MeasurementNotFound,
    MeasurementRefused,
    NothingToCorrect,
    Sheet,
    SheetOutdated,
    StoredOpening,
    find_changes,
)


@post("/field/visits/{visit_id:uuid}/measurements", operation_id="submitMeasurement", guards=[workers])
@refuses(CommandReused, MeasurementCorrected, MeasurementRefused, NumberUsed, VisitNotAtWork, VisitNotFound)
async def submit_measurement(
    visit_id: FromPath[UUID], data: JSONBody[SubmitMeasurement], door: NamedDependency[Door]
) -> MeasurementOut:
    """Send the measurement sheet from the site: the next version of the job.

    Sizes that cannot be are refused; doubtful ones need a reason per rule, in `reasons` of the opening.
    All problems come at once, each with its path, e.g. `openings[0].reasons.diagonal_difference`.
    """
    return await door.carry_out(SUBMIT_MEASUREMENT, visit_id, data)


@post("/jobs/{job_id:uuid}/measurements", operation_id="correctMeasurement", guards=[dispatchers])
@refuses(JobNotFound, MeasurementRefused, NothingToCorrect, SheetOutdated)
@once
async def correct_measurement(
    job_id: FromPath[UUID],
    data: JSONBody[CorrectMeasurement],
    work: NamedDependency[Work],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> MeasurementOut:
    """Correct what was measured. The old version stays, and whatever was ordered by it stays ordered by it."""
    sheet = await service.correct_measurement(work, caller, job_id=job_id, sheet=data, now=clock.now())
    return MeasurementOut.of(sheet)


@get("/measurements/{measurement_id:uuid}", operation_id="getMeasurement", guards=[anybody])
@refuses(MeasurementNotFound)
async def get_measurement(
    measurement_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> MeasurementOut:
    """One version of a sheet. A worker sees those of his own jobs."""
    return MeasurementOut.of(await orders.get_sheet(session, caller, measurement_id))


@get("/jobs/{job_id:uuid}/measurements", operation_id="listMeasurements", guards=[anybody])
@refuses(JobNotFound)
async def list_measurements(
    job_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> list[MeasurementVersionOut]:
    """Every version of a job's sheet, newest first, each with what it changed."""
    await orders.get_job(session, caller, job_id)
    sheets = await orders.find_sheets(session, caller, job_id)
    older = [*[sheet.openings for sheet in sheets], None][1:]
    return [
        MeasurementVersionOut(measurement=MeasurementOut.of(sheet), changes=_changes(was, sheet))
        for sheet, was in zip(sheets, older, strict=True)
    ]


@get("/sites/{site_id:uuid}/measurements", operation_id="listSiteMeasurements", guards=[anybody])
@refuses(SiteNotFound)
async def list_site_measurements(
    site_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[SiteMeasurementOut]:
    """Everything that was measured at a site, over all its orders, for the office and for workers with a visit there.

    Each version says what it changed, and how it compares with the last measurement at another visit.
    """
    before = read_cursor(cursor) if cursor else None
    found = await orders.find_history(session, caller, site_id, before=before, limit=limit + 1)
    page, next_cursor = cut_page(found, limit, by="id")
    names = await service.find_authors(session, caller, page)
    return Page(items=[SiteMeasurementOut.of(past, names) for past in page], next_cursor=next_cursor)


def _changes(was: Sequence[StoredOpening] | None, sheet: Sheet) -> list[ChangeOut]:
    if was is None:
        return []
    return [ChangeOut(**change._asdict()) for change in find_changes(was, sheet.openings)]


router = Router(
    "/",
    route_handlers=[
        submit_measurement,
        correct_measurement,
        get_measurement,
        list_measurements,
        list_site_measurements,
    ],
    dependencies={"once": Provide(provide_once_at_end), **DOOR},
    tags=["field: measurements"],
)
