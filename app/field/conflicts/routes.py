from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.reader import Reader
from app.db.session import Session
from app.field.conflicts import service
from app.field.conflicts.policies import ConflictMovedOn, ConflictSettled
from app.field.conflicts.queries import CONFLICTS
from app.field.conflicts.schemas import ConflictOut, ResolveConflict
from app.field.conflicts.service import ChosenInvalid, ConflictNotFound
from app.http.guards import dispatchers, office
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, read_page
from app.http.refusals import refuses
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


@post(
    "/field/conflicts/{conflict_id:uuid}/resolve",
    operation_id="resolveConflict",
    guards=[dispatchers],
    status_code=200,
)
@refuses(ChosenInvalid, ConflictMovedOn, ConflictNotFound, ConflictSettled)
async def resolve_conflict(
    conflict_id: FromPath[UUID],
    data: JSONBody[ResolveConflict],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ConflictOut:
    """Decide which value holds. The conflict keeps both values, who decided, when and why.

    If the field has been changed since the conflict, the answer is `conflict_moved_on` with the present value.
    """
    conflict = await service.resolve_conflict(
        session,
        caller,
        conflict_id=conflict_id,
        wanted=data.wanted,
        shown=data.current,
        now=clock.now(),
    )
    return ConflictOut.of(conflict)


router = Router("/", route_handlers=[list_conflicts, resolve_conflict], tags=["field: conflicts"])
