from datetime import date
from functools import partial
from typing import Annotated
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import HeaderParameter, QueryParameter, SkipValidation

from app.core.clock import Clock
from app.core.scope import Scope
from app.core.shared_reads import SharedReads
from app.db.reader import Reader
from app.dispatch.board import service
from app.dispatch.board.schemas import BoardOut, BoardPartOut
from app.dispatch.board.service import Part
from app.http.guards import office

FirstDay = Annotated[date | None, QueryParameter(description="By the company's clocks. Default: today")]
DayCount = Annotated[int, QueryParameter(ge=1, le=7, description="How many days are shown")]
Some = Annotated[list[UUID] | None, QueryParameter(max_items=100, description="At most 100")]
IfNoneMatch = Annotated[
    str | None, HeaderParameter(name="If-None-Match", description="`ETag` of the board you have.")
]
JSON = "application/json"


@get("/board", operation_id="getBoardDay", guards=[office], summary="The schedule board of some days")
async def get_board_day(
    *,
    reader: NamedDependency[Reader],
    shared_reads: NamedDependency[SkipValidation[SharedReads]],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    day: FirstDay = None,
    days: DayCount = 1,
    if_none_match: IfNoneMatch = None,
) -> Response[BoardOut]:
    """What a board of people and times shows: people, crews, shifts, absences, visits, and what waits for a time.

    Then follow the live channel with `after` set to `as_of`, and ask `getBoardVisits` for what its events name.
    """
    read = partial(service.read_board, reader, day, days, seen=if_none_match, clock=clock)
    content, etag = await shared_reads.read(("board", caller.company_id, day, days, if_none_match), read)
    headers = {"ETag": etag}
    if content is None:
        return Response(b"", status_code=304, headers=headers | {"Content-Length": "0"})  # type: ignore[arg-type]
    return Response(content, media_type=JSON, headers=headers)  # type: ignore[arg-type]  # JSON of a `BoardOut`


@get("/board/visits", operation_id="getBoardVisits", guards=[office], summary="A part of the schedule board")
async def get_board_visits(
    *,
    reader: NamedDependency[Reader],
    shared_reads: NamedDependency[SkipValidation[SharedReads]],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    visit_id: Some = None,
    worker_id: Some = None,
    order_id: Some = None,
    day: FirstDay = None,
    days: DayCount = 1,
) -> Response[BoardPartOut]:
    """What an event of the live channel touched: these visits, whenever they are, these workers in the days shown, and
    jobs of these orders and visits that need a time.

    Screens that ask for the same ids at the same time share one read, so ask at once and in whatever order they come.
    """
    part = Part(_ids(visit_id), _ids(worker_id), _ids(order_id))
    read = partial(service.read_part, reader, part, day, days, clock=clock)
    return Response(await shared_reads.read((part, caller.company_id, day, days), read), media_type=JSON)  # type: ignore[arg-type]  # of a `BoardPartOut`


def _ids(given: list[UUID] | None) -> tuple[UUID, ...]:
    return tuple(sorted(set(given or ())))


router = Router("/", route_handlers=[get_board_day, get_board_visits], tags=["dispatch: board"])
