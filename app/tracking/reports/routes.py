import asyncio
from collections.abc import Callable
from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter, SkipValidation

from app.core.clock import Clock
from app.core.exports import ExportTooLarge
from app.core.periods import PeriodInvalid
from app.core.scope import Scope
from app.core.sheets import XLSX, make_workbook
from app.db.session import Session
from app.http.dependencies import Transactions
from app.http.guards import billers, dispatchers, workers
from app.http.refusals import refuses
from app.http.schemas import Moment, check_offsets
from app.tracking.reports import service
from app.tracking.reports.geojson import GEOJSON, track_geojson
from app.tracking.reports.gpx import GPX_TYPE, track_gpx
from app.tracking.reports.schemas import (
    LatenessOut,
    LateVisitOut,
    MileageOut,
    TrackOut,
    WhereaboutsOut,
)
from app.tracking.reports.service import Track
from app.tracking.reports.workbook import track_tables
from app.workforce.api import WorkerNotFound

Day = Annotated[date, QueryParameter(description="A day of the company's zone")]
FirstDay = Annotated[date, QueryParameter(name="from", description="First day")]
DayAfter = Annotated[date, QueryParameter(name="to", description="The day after the last")]


@get("/tracking/workers/{worker_id:uuid}/track", operation_id="getTrack", guards=[dispatchers])
@refuses(WorkerNotFound)
async def get_track(
    worker_id: FromPath[UUID],
    day: Day,
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> TrackOut:
    """Trips, stops and gaps of a worker's day. The worker sees who looked."""
    return TrackOut.of(
        await service.read_track(
            session, caller, worker_id=worker_id, day=day, operation="getTrack", now=clock.now()
        )
    )


async def _export(
    transactions: Transactions,
    caller: Scope,
    worker_id: UUID,
    day: date,
    *,
    operation: str,
    now: datetime,
    make: Callable[[Track], bytes],
    media_type: str,
    ending: str,
) -> Response[bytes]:
    """Read a day in a transaction, and make the file of it in a thread when the transaction is over."""
    async with transactions() as session:
        track = await service.read_track_to_export(
            session, caller, worker_id=worker_id, day=day, operation=operation, now=now
        )
    content = await asyncio.to_thread(make, track)
    headers = {"Content-Disposition": f'attachment; filename="track-{day}-{worker_id.hex[-8:]}.{ending}"'}
    return Response(content, media_type=media_type, headers=headers)


@get(
    "/tracking/workers/{worker_id:uuid}/track.geojson",
    operation_id="exportTrackGeojson",
    guards=[dispatchers],
    media_type=GEOJSON,
)
@refuses(ExportTooLarge, WorkerNotFound)
async def export_track_geojson(
    worker_id: FromPath[UUID],
    day: Day,
    transactions: NamedDependency[SkipValidation[Transactions]],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> Response[bytes]:
    """A worker's day as GeoJSON: lines of trips, points of stops, gaps without a place, and all positions."""
    return await _export(
        transactions,
        caller,
        worker_id,
        day,
        operation="exportTrackGeojson",
        now=clock.now(),
        make=track_geojson,
        media_type=GEOJSON,
        ending="geojson",
    )


@get(
    "/tracking/workers/{worker_id:uuid}/track.gpx",
    operation_id="exportTrackGpx",
    guards=[dispatchers],
    media_type=GPX_TYPE,
)
@refuses(ExportTooLarge, WorkerNotFound)
async def export_track_gpx(
    worker_id: FromPath[UUID],
    day: Day,
    transactions: NamedDependency[SkipValidation[Transactions]],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> Response[bytes]:
    """A worker's day as GPX 1.1: a track divided at gaps, and a waypoint for each stop."""
    return await _export(
        transactions,
        caller,
        worker_id,
        day,
        operation="exportTrackGpx",
        now=clock.now(),
        make=lambda track: track_gpx(track, caller.lang),
        media_type=GPX_TYPE,
        ending="gpx",
    )


@get(
    "/tracking/workers/{worker_id:uuid}/track.xlsx",
    operation_id="exportTrackXlsx",
    guards=[dispatchers],
    media_type=XLSX,
)
@refuses(ExportTooLarge, WorkerNotFound)
async def export_track_xlsx(
    worker_id: FromPath[UUID],
    day: Day,
    transactions: NamedDependency[SkipValidation[Transactions]],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> Response[bytes]:
    """A worker's day as XLSX: one sheet with trips, stops and gaps, one with every position."""
    return await _export(
        transactions,
        caller,
        worker_id,
        day,
        operation="exportTrackXlsx",
        now=clock.now(),
        make=lambda track: make_workbook(track_tables(track, caller.lang)),
        media_type=XLSX,
        ending="xlsx",
    )


@get("/tracking/workers/{worker_id:uuid}/whereabouts", operation_id="getWhereabouts", guards=[dispatchers])
@refuses(WorkerNotFound)
async def get_whereabouts(
    worker_id: FromPath[UUID],
    at: Annotated[Moment, QueryParameter(description="The moment asked for")],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> WhereaboutsOut:
    """Where a worker was at a moment. A gap is said to be a gap. The worker sees who asked.

    Of a time at which he might not be tracked it says only that, and why.
    """
    check_offsets(at=at)
    then = await service.find_whereabouts(session, caller, worker_id=worker_id, at=at, now=clock.now())
    return WhereaboutsOut.of(then, caller.lang)


@get("/tracking/mileage", operation_id="listMileage", guards=[billers])
@refuses(ExportTooLarge, PeriodInvalid, WorkerNotFound)
async def list_mileage(
    since: FirstDay,
    until: DayAfter,
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    worker_id: Annotated[UUID | None, QueryParameter(description="Default: everybody")] = None,
) -> MileageOut:
    """Mileage by worker and day for payroll, at most 62 days. The days of a week sum up to the week."""
    days = await service.read_mileage(
        session, caller.company_id, since=since, until=until, worker_id=worker_id
    )
    return MileageOut.of_days(days)


@get("/tracking/lateness", operation_id="listLateness", guards=[dispatchers])
@refuses(ExportTooLarge, PeriodInvalid)
async def list_lateness(
    since: FirstDay,
    until: DayAfter,
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> LatenessOut:
    """When people came to the visits whose windows ended on these days (at most 31), by their taps and by positions.

    Both witnesses are shown. Editing a visit or a comment later changes neither. Workers whom positions have seen
    see who looked.
    """
    found = await service.find_lateness(session, caller, since=since, until=until, now=clock.now())
    return LatenessOut(items=[LateVisitOut.of(one) for one in found])


@get("/field/my-track", operation_id="getMyTrack", guards=[workers])
@refuses(WorkerNotFound)
async def get_my_track(
    day: Day,
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> TrackOut:
    """Trips, stops and gaps of the caller's own day, as the office sees them."""
    return TrackOut.of(
        await service.read_track(
            session, caller, worker_id=caller.user_id, day=day, operation="getMyTrack", now=clock.now()
        )
    )


@get("/field/my-track.geojson", operation_id="exportMyTrack", guards=[workers], media_type=GEOJSON)
@refuses(ExportTooLarge, WorkerNotFound)
async def export_my_track(
    day: Day,
    transactions: NamedDependency[SkipValidation[Transactions]],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> Response[bytes]:
    """The caller's own day as GeoJSON, with every position that is kept of him."""
    return await _export(
        transactions,
        caller,
        caller.user_id,
        day,
        operation="exportMyTrack",
        now=clock.now(),
        make=track_geojson,
        media_type=GEOJSON,
        ending="geojson",
    )


router = Router(
    "/",
    route_handlers=[
        get_track,
        export_track_geojson,
        export_track_gpx,
        export_track_xlsx,
        get_whereabouts,
        list_mileage,
        list_lateness,
        get_my_track,
        export_my_track,
    ],
    tags=["tracking: reports"],
)
