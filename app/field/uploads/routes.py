import base64
from typing import Annotated, Any
from uuid import UUID

from litestar import Request, Response, Router, get, patch, put
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, SkipValidation
from obstore.store import ObjectStore

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.field.attachments.policies import PHOTO_TYPES, SIZE_MAX
from app.field.attachments.schemas import AttachmentOut
from app.field.attachments.service import AttachmentNotFound
from app.field.uploads import service
from app.field.uploads.bodies import CheckedChunkTooLong, ChunkMismatch, UploadInterrupted, body_of
from app.field.uploads.policies import TooManyParts, UploadOffsetWrong, UploadTooLong
from app.field.uploads.schemas import UploadProgressOut
from app.field.uploads.service import Chunk, Declared
from app.field.uploads.storing import NoSpace, UploadExpired, UploadMismatch, UploadRefused
from app.http.dependencies import Transactions
from app.http.guards import anybody
from app.http.refusals import refuses

UploadOffset = Annotated[
    int, HeaderParameter(name="Upload-Offset", ge=0, description="Position of the first byte of this chunk.")
]
UploadChecksum = Annotated[
    str | None,
    HeaderParameter(
        name="Upload-Checksum",
        pattern=r"^sha256 [A-Za-z0-9+/]{43}=$",
        description="The hash of this chunk as tus has it: `sha256`, a blank, base64. Then it has at most 4 MiB.",
    ),
]


@put(
    "/attachments/{attachment_id:uuid}/content",
    operation_id="uploadAttachment",
    guards=[anybody],
    request_max_body_size=SIZE_MAX,
    upload=list(PHOTO_TYPES),
)
@refuses(AttachmentNotFound, NoSpace, UploadExpired, UploadInterrupted, UploadMismatch, UploadRefused)
async def upload_attachment(
    attachment_id: FromPath[UUID],
    request: Request[Any, Any, Any],
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> AttachmentOut:
    """Upload all bytes of a declared file. The same bytes again change nothing."""
    attachment = await service.receive_content(
        transactions, files, caller, attachment_id=attachment_id, body=body_of(request), clock=clock
    )
    return AttachmentOut.of(attachment)


@get("/attachments/{attachment_id:uuid}/upload", operation_id="getUpload", guards=[anybody])
@refuses(AttachmentNotFound, UploadExpired)
async def get_upload(
    attachment_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> Response[UploadProgressOut]:
    """Read how far a declared file has come. HEAD answers the same in headers: `Upload-Offset`, `Upload-Length`."""
    return _answer(await service.get_declared(session, caller, attachment_id, now=clock.now()))


@patch(
    "/attachments/{attachment_id:uuid}/upload",
    operation_id="continueUpload",
    guards=[anybody],
    request_max_body_size=SIZE_MAX,
    upload=["application/offset+octet-stream"],
)
@refuses(
    AttachmentNotFound,
    CheckedChunkTooLong,
    ChunkMismatch,
    NoSpace,
    TooManyParts,
    UploadExpired,
    UploadInterrupted,
    UploadMismatch,
    UploadOffsetWrong,
    UploadRefused,
    UploadTooLong,
)
async def continue_upload(
    attachment_id: FromPath[UUID],
    request: Request[Any, Any, Any],
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    upload_offset: UploadOffset,
    upload_checksum: UploadChecksum = None,
) -> Response[UploadProgressOut]:
    """Send the next bytes of a declared file, as many as you like. After the last one it is checked and stored.

    What the answer counts is safe. After an error or no answer ask how far the file has come, and go on there. If all
    bytes have come and the file is not stored yet, an empty chunk has it put together.
    """
    length = int(request.headers.get("content-length") or 0)
    sha256 = base64.b64decode(upload_checksum.removeprefix("sha256 ")) if upload_checksum else None
    chunk = Chunk(upload_offset, length, body_of(request), sha256)
    declared = await service.receive_chunk(
        transactions, files, caller, attachment_id=attachment_id, chunk=chunk, clock=clock
    )
    return _answer(declared)


def _answer(declared: Declared) -> Response[UploadProgressOut]:
    shown = UploadProgressOut.of(declared)
    headers = {"Upload-Offset": str(shown.offset), "Upload-Length": str(shown.size)}
    return Response(shown, headers=headers | {"Cache-Control": "no-store"})


router = Router("/", route_handlers=[upload_attachment, get_upload, continue_upload], tags=["field: photos"])
