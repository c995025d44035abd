from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery

from app.db.reader import Reader
from app.field.conflicts.queries import CONFLICTS
from app.field.conflicts.schemas import ConflictOut
from app.http.guards import office
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, read_page
from app.http.schemas import Page


@get("/field/conflicts", operation_id="listConflicts", guards=[office])
async def list_conflicts(
    reader: NamedDependency[Reader],
    is_open: FromQuery[bool | None] = None,
    subject_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ConflictOut]:
    """What phones and the office say differently, newest first. `subject_id` keeps those of one site, visit …"""
    items, next_cursor = await read_page(
        reader, CONFLICTS, cursor=cursor, limit=limit, is_open=is_open, subject=subject_id
    )
    return Page(items=items, next_cursor=next_cursor)


router = Router("/", route_handlers=[list_conflicts], tags=["field: conflicts"])
