from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.clients.api import SiteNotFound
from app.core.clock import Clock
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.session import Session
from app.dispatch.api import VisitNotFound
from app.field.attachments.service import (
    AttachmentIdTaken,
    AttachmentNotFound,
    AttachmentRefused,
    TooManyAttachments,
    UploadQuotaExceeded,
)
from app.field.conflicts.policies import (
    CommandNotCarriedOut,
    ConflictMovedOn,
    ConflictSettled,
    SettledWithoutWords,
)
from app.field.conflicts.schemas import ConflictOut, ResolveConflict
from app.field.decisions import service
from app.field.decisions.service import ChosenInvalid, ConflictNotFound
from app.field.forms.service import FormNotAsked
from app.field.materials.service import MaterialUseNotFound
from app.field.measurements.policies import MeasuredSince
from app.field.visits import VisitNotHeld
from app.http.guards import dispatchers
from app.http.refusals import refuses
from app.orders.api import FormNotFound, JobNotFound, JobOver, MeasurementRefused


@post(
    "/field/conflicts/{conflict_id:uuid}/resolve",
    operation_id="resolveConflict",
    guards=[dispatchers],
    status_code=200,
)
@refuses(
    AttachmentIdTaken,
    AttachmentNotFound,
    AttachmentRefused,
    ChosenInvalid,
    CommandNotCarriedOut,
    ConflictMovedOn,
    ConflictNotFound,
    ConflictSettled,
    FormNotAsked,
    FormNotFound,
    JobNotFound,
    JobOver,
    MaterialUseNotFound,
    MeasuredSince,
    MeasurementRefused,
    SettledWithoutWords,
    SiteNotFound,
    TooManyAttachments,
    UploadQuotaExceeded,
    VisitNotFound,
    VisitNotHeld,
)
async def resolve_conflict(
    conflict_id: FromPath[UUID],
    data: JSONBody[ResolveConflict],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    settings: NamedDependency[Settings],
) -> ConflictOut:
    """Decide which value holds. The conflict keeps both values, who decided, when and why.

    If the field has been changed since the conflict, the answer is `conflict_moved_on` with the present value.
    A whole command that the server cannot carry out is not decided as `mine`: do in the office what is needed, a
    payment at its order for example, and settle it as `other` with a comment. The worker's phone shows the decision.
    """
    conflict = await service.resolve_conflict(
        session,
        caller,
        conflict_id=conflict_id,
        wanted=data.wanted,
        shown=data.current,
        settings=settings,
        now=clock.now(),
    )
    return ConflictOut.of(conflict)


router = Router("/", route_handlers=[resolve_conflict], tags=["field: conflicts"])
