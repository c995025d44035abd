import os
from collections.abc import Iterator
from typing import IO, Annotated, Any
from urllib.parse import quote
from uuid import UUID

from litestar import Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody, SkipValidation
from litestar.response import Stream
from obstore.store import ObjectStore

from app.core.clock import Clock
from app.core.errors import CommandReused
from app.core.i18n import text
from app.core.scope import Scope
from app.db.files import CHUNK_BYTES, FileLost
from app.db.session import Session
from app.dispatch import api as dispatch
from app.dispatch.api import VisitNotFound
from app.field.attachments import queries, service
from app.field.attachments.commands import DECLARE_ATTACHMENT
from app.field.attachments.models import Attachment
from app.field.attachments.policies import EXTENSIONS
from app.field.attachments.schemas import AttachmentOut, DeclareAttachment
from app.field.attachments.service import (
    AttachmentIdTaken,
    AttachmentNotFound,
    AttachmentRefused,
    TooManyAttachments,
)
from app.field.commands.door import DOOR_WITH_KEY, Door
from app.field.visits import VisitNotHeld
from app.http.dependencies import Transactions
from app.http.guards import anybody, workers
from app.http.refusals import refuses
from app.orders import api as orders
from app.orders.api import JobNotFound

IfNoneMatch = Annotated[
    str | None, HeaderParameter(name="If-None-Match", description="`ETag` of the copy you have.")
]


CLEANED = 1
"""Goes up when the served copy of the same file changes."""


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
    JobNotFound,
    TooManyAttachments,
    VisitNotFound,
    VisitNotHeld,
)
async def declare_attachment(
    visit_id: FromPath[UUID], data: JSONBody[DeclareAttachment], door: NamedDependency[Door]
) -> AttachmentOut:
    """Declare a photo or signature. `upload` says where to send the bytes and until when."""
    return await door.carry_out(DECLARE_ATTACHMENT, visit_id, data)


@get(
    "/attachments/{attachment_id:uuid}/content",
    operation_id="downloadAttachment",
    guards=[anybody],
    media_type="image/*",
)
@refuses(AttachmentNotFound, FileLost, JobNotFound)
async def download_attachment(
    attachment_id: FromPath[UUID],
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_none_match: IfNoneMatch = None,
) -> Response[Any]:
    """The picture, for everybody who may see the job.

    It is as it was uploaded, but without what the camera wrote about the place and its owner.
    """
    async with transactions() as session:
        attachment = await service.get_stored(session, caller, attachment_id)
        job = await orders.get_job(session, caller, attachment.job_id)
    headers = _headers(attachment, caller, job_number=job.number)
    if if_none_match == headers["ETag"]:
        return Response(b"", status_code=304, headers=headers | {"Content-Length": "0"})
    file = await service.open_clean_copy(
        transactions, files, attachment, job_number=job.number, now=clock.now()
    )
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return Stream(_chunks(file), headers=headers | {"Content-Length": str(size)})


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Litestar reads them in a thread."""
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


def _headers(attachment: Attachment, caller: Scope, *, job_number: int) -> dict[str, str]:
    """Headers that let a browser show the file as this image and as nothing else."""
    extension = EXTENSIONS[attachment.content_type]
    plain = f"job-{job_number}-{attachment.purpose}.{extension}"
    name = text(caller.lang, "files", attachment.purpose, number=job_number) + f".{extension}"
    return {
        "Content-Type": attachment.content_type,
        "Content-Disposition": f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=86400, immutable",
        "ETag": f'"{attachment.sha256.hex()}-{CLEANED}"',
    }


@get("/visits/{visit_id:uuid}/attachments", operation_id="listAttachments", guards=[anybody])
@refuses(VisitNotFound)
async def list_attachments(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> list[AttachmentOut]:
    """Photos and signatures of a visit, oldest first, also those that are not uploaded yet."""
    await dispatch.get_visit(session, caller, visit_id)
    return [AttachmentOut.of(one) for one in await queries.find_attachments(session, caller, visit_id)]


router = Router(
    "/",
    route_handlers=[declare_attachment, download_attachment, list_attachments],
    tags=["field: photos"],
)
