from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.errors import CommandReused
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch import api as dispatch
from app.dispatch.api import VisitNotFound
from app.field.attachments import queries, service
from app.field.attachments.commands import DECLARE_ATTACHMENT
from app.field.attachments.schemas import (
    AttachmentOut,
    CameraEvidenceOut,
    CameraEvidencesOut,
    DeclareAttachment,
)
from app.field.attachments.service import (
    AttachmentIdTaken,
    AttachmentRefused,
    TooManyAttachments,
    UploadQuotaExceeded,
)
from app.field.commands.door import DOOR_WITH_KEY, Door
from app.field.commands.policies import NumberUsed
from app.field.visits import VisitNotHeld
from app.http.guards import anybody, office, workers
from app.http.refusals import refuses


@post(
    "/field/visits/{visit_id:uuid}/attachments",
    operation_id="declareAttachment",
    guards=[workers],
    dependencies=DOOR_WITH_KEY,
)
@refuses(
    AttachmentIdTaken,
    AttachmentRefused,
    CommandReused,
    NumberUsed,
    TooManyAttachments,
    UploadQuotaExceeded,
    VisitNotFound,
    VisitNotHeld,
)
async def declare_attachment(
    visit_id: FromPath[UUID], data: JSONBody[DeclareAttachment], door: NamedDependency[Door]
) -> AttachmentOut:
    """Declare a photo or signature. `upload` says where to send the bytes and until when."""
    return await door.carry_out(DECLARE_ATTACHMENT, visit_id, data)


@get("/visits/{visit_id:uuid}/attachments", operation_id="listAttachments", guards=[anybody])
@refuses(VisitNotFound)
async def list_attachments(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> list[AttachmentOut]:
    """Photos and signatures of a visit, oldest first, also those that are not uploaded yet."""
    await dispatch.get_visit(session, caller, visit_id)
    return [AttachmentOut.of(one) for one in await queries.find_attachments(session, caller, visit_id)]


@get("/visits/{visit_id:uuid}/camera-evidence", operation_id="listCameraEvidence", guards=[office])
@refuses(VisitNotFound)
async def list_camera_evidence(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> CameraEvidencesOut:
    """When and where the photos of a visit were taken, as the cameras say, and how far that is from the site."""
    await dispatch.get_visit(session, caller, visit_id)
    seen = await service.find_seen_by_camera(session, caller, visit_id)
    return CameraEvidencesOut(items=[CameraEvidenceOut.of(one) for one in seen])


router = Router(
    "/",
    route_handlers=[declare_attachment, list_attachments, list_camera_evidence],
    tags=["field: photos"],
)
