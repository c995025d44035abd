from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.field.conflicts.policies import ConflictMovedOn, ConflictSettled
from app.field.conflicts.schemas import ConflictOut, ResolveConflict
from app.field.decisions import service
from app.field.decisions.service import ChosenInvalid, ConflictNotFound
from app.http.guards import dispatchers
from app.http.refusals import refuses


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


router = Router("/", route_handlers=[resolve_conflict], tags=["field: conflicts"])
