import os
from collections.abc import Iterator
from typing import IO, Annotated, Any
from urllib.parse import quote
from uuid import UUID

from litestar import Response, Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, QueryParameter, SkipValidation
from litestar.response import Stream
from obstore.store import ObjectStore

from app.core.clock import Clock
from app.core.i18n import text
from app.core.scope import Scope
from app.db.files import CHUNK_BYTES, FileLost
from app.field.attachments.models import Attachment
from app.field.attachments.service import AttachmentNotFound
from app.field.previews import service
from app.field.previews.policies import RETRY_AFTER_S, SHOWN_TYPE, PreviewSize
from app.field.previews.service import PreviewFailed, PreviewNotReady
from app.http.dependencies import Transactions
from app.http.guards import anybody
from app.http.refusals import refuses
from app.orders.api import JobNotFound

IfNoneMatch = Annotated[
    str | None, HeaderParameter(name="If-None-Match", description="`ETag` of the copy you have.")
]
Size = Annotated[PreviewSize, QueryParameter(description="320 or 1600 pixels on its longest side.")]

EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp"}
CLEANED = 1
"""Goes up when the served copy of the same file changes."""


@get(
    "/attachments/{attachment_id:uuid}/content",
    operation_id="downloadAttachment",
    guards=[anybody],
    media_type="image/*",
)
@refuses(AttachmentNotFound, FileLost, JobNotFound, PreviewFailed, PreviewNotReady)
async def download_attachment(
    attachment_id: FromPath[UUID],
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_none_match: IfNoneMatch = None,
) -> Response[Any]:
    """The picture, for everybody who may see the job.

    It is as it was uploaded, but without what the camera wrote about the place and its owner. HEIC is shown as JPEG,
    which is made soon after the upload.
    """
    async with transactions() as session:
        shown = await service.get_shown(session, caller, attachment_id)
    attachment, job_number, preview = shown
    if preview is not None:
        headers = _headers(attachment, caller, SHOWN_TYPE, preview.sha256, job_number=job_number)
        if if_none_match == headers["ETag"]:
            return _not_modified(headers)
        content = await service.read_preview(transactions, files, preview, now=clock.now())
        return Response(content, headers=headers)
    headers = _headers(attachment, caller, attachment.content_type, attachment.sha256, job_number=job_number)
    if if_none_match == headers["ETag"]:
        return _not_modified(headers)
    file = await service.open_clean_copy(
        transactions, files, attachment, job_number=job_number, now=clock.now()
    )
    size = file.seek(0, os.SEEK_END)
    file.seek(0)
    return Stream(_chunks(file), headers=headers | {"Content-Length": str(size)})


def _chunks(file: IO[bytes]) -> Iterator[bytes]:
    """Litestar reads them in a thread."""
    with file:
        while chunk := file.read(CHUNK_BYTES):
            yield chunk


@get(
    "/attachments/{attachment_id:uuid}/preview",
    operation_id="previewAttachment",
    guards=[anybody],
    media_type=SHOWN_TYPE,
)
@refuses(AttachmentNotFound, JobNotFound, PreviewFailed, PreviewNotReady)
async def preview_attachment(
    attachment_id: FromPath[UUID],
    transactions: NamedDependency[SkipValidation[Transactions]],
    files: NamedDependency[SkipValidation[ObjectStore]],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    size: Size = PreviewSize.SMALL,
    if_none_match: IfNoneMatch = None,
) -> Response[Any]:
    """A smaller copy of a picture as JPEG, upright. It is made soon after the upload: until then ask again."""
    async with transactions() as session:
        attachment, job_number, preview = await service.get_smaller(
            session, caller, attachment_id, size=size, now=clock.now()
        )
    if preview is None:
        raise PreviewNotReady(retry_after_s=RETRY_AFTER_S)
    headers = _headers(attachment, caller, SHOWN_TYPE, preview.sha256, job_number=job_number)
    if if_none_match == headers["ETag"]:
        return _not_modified(headers)
    return Response(
        await service.read_preview(transactions, files, preview, now=clock.now()), headers=headers
    )


def _not_modified(headers: dict[str, str]) -> Response[Any]:
    return Response(b"", status_code=304, headers=headers | {"Content-Length": "0"})


def _headers(
    attachment: Attachment, caller: Scope, content_type: str, sha256: bytes, *, job_number: int
) -> dict[str, str]:
    """Headers that let a browser show the file as this image and as nothing else."""
    extension = EXTENSIONS[content_type]
    plain = f"job-{job_number}-{attachment.purpose}.{extension}"
    name = text(caller.lang, "files", attachment.purpose, number=job_number) + f".{extension}"
    return {
        "Content-Type": content_type,
        "Content-Disposition": f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}",
        "Content-Security-Policy": "default-src 'none'; sandbox",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, max-age=86400, immutable",
        "ETag": f'"{sha256.hex()}-{CLEANED}"',
    }


router = Router("/", route_handlers=[download_attachment, preview_attachment], tags=["field: photos"])
