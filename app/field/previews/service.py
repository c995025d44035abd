"""What people see of a photo: the picture without what the camera wrote, or a smaller copy."""

import asyncio
from datetime import datetime
from functools import partial
from typing import IO, NamedTuple
from uuid import UUID

from obstore.store import ObjectStore

from app.core.errors import NotFound
from app.core.scope import Scope
from app.db.damage import StoredFile, open_stored
from app.db.files import FileLost, file_key, read_file
from app.db.session import Session
from app.field.attachments.models import Attachment
from app.field.attachments.service import KIND, PLACELESS, get_stored
from app.field.images.cleaning import clean_copy
from app.field.images.threads import EXAMINERS
from app.field.previews import policies, queries
from app.field.previews.models import Preview
from app.http.dependencies import Transactions
from app.orders import api as orders

PREVIEWS = "preview"
"""Part of the key of a copy: `<company>/preview/<attachment>/<kind>`."""


class PreviewNotReady(NotFound):
    """The copy is being made. Ask again after `Retry-After` seconds."""

    code = "preview_not_ready"


class PreviewFailed(NotFound):
    """The picture cannot be decoded, or only with too much memory. `reason` says which. The original is kept."""

    code = "preview_failed"


def preview_key(company_id: UUID, attachment_id: UUID, kind: str) -> str:
    return f"{file_key(company_id, PREVIEWS, attachment_id)}/{kind}"


def stored_file(attachment: Attachment, *, of: str = "") -> StoredFile:
    """The original, or what is kept in its stead without its place. `of` is how the inbox names its job."""
    return StoredFile(
        attachment.company_id,
        f"stored_{attachment.purpose}",
        file_key(attachment.company_id, PLACELESS if attachment.kept_sha256 else KIND, attachment.id),
        attachment.kept_sha256 or attachment.sha256,
        "attachment",
        attachment.id,
        of=of,
    )


async def order_previews(session: Session, attachment: Attachment, *, now: datetime) -> None:
    """Have the copies of a photo made soon. A signature is small and shown as it is."""
    if attachment.purpose != "signature":
        await queries.order(session, attachment.company_id, attachment.id, make_at=now)


class Shown(NamedTuple):
    """A file that the caller may see."""

    attachment: Attachment
    job_number: int
    preview: Preview | None
    """A copy to be shown instead."""


async def get_shown(session: Session, scope: Scope, attachment_id: UUID) -> Shown:
    """A stored file.

    Raises:
        AttachmentNotFound: no such file, or the caller may not see it.
        PreviewNotReady, PreviewFailed: it is shown by a copy, and there is none.
    """
    attachment = await get_stored(session, scope, attachment_id)
    job = await orders.get_job(session, scope, attachment.job_id)
    preview = None
    if attachment.content_type in policies.SHOWN_AS_COPY:
        preview = await _find_preview(session, attachment, policies.FULL)
        if preview is None:
            raise PreviewNotReady(retry_after_s=policies.RETRY_AFTER_S)
    return Shown(attachment, job.number, preview)


async def get_smaller(
    session: Session, scope: Scope, attachment_id: UUID, *, size: str, now: datetime
) -> Shown:
    """A stored file with its copy of this size. Without a copy it is being made.

    It is ordered here for a signature, and for a photo of the time before there were copies.

    Raises:
        AttachmentNotFound: no such file, or the caller may not see it.
        PreviewFailed: there can be none.
    """
    attachment = await get_stored(session, scope, attachment_id)
    job = await orders.get_job(session, scope, attachment.job_id)
    preview = await _find_preview(session, attachment, size)
    if preview is None:
        await queries.order(session, scope.company_id, attachment.id, make_at=now)
    return Shown(attachment, job.number, preview)


async def _find_preview(session: Session, attachment: Attachment, kind: str) -> Preview | None:
    """A copy. None if it is still to be made."""
    preview = await queries.get_preview(session, attachment.company_id, attachment.id, kind)
    if preview is None:
        making = await queries.get_making(session, attachment.company_id, attachment.id)
        if making is not None and making.failure is not None:
            raise PreviewFailed(reason=making.failure)
    return preview


async def read_preview(
    transactions: Transactions, files: ObjectStore, preview: Preview, *, now: datetime
) -> bytes:
    """The bytes of a copy. One that is lost or damaged is made anew.

    Raises:
        PreviewNotReady: it is being made anew.
    """
    company_id, attachment_id = preview.company_id, preview.attachment_id
    try:
        key = preview_key(company_id, attachment_id, preview.kind)
        return await read_file(files, key, sha256=preview.sha256)
    except FileLost as lost:
        async with transactions() as session:
            await queries.set_making(session, company_id, attachment_id, make_at=now, tries=0)
        raise PreviewNotReady(retry_after_s=policies.RETRY_AFTER_S) from lost


async def open_clean_copy(
    transactions: Transactions, files: ObjectStore, attachment: Attachment, *, job_number: int, now: datetime
) -> IO[bytes]:
    """A stored file without what the camera wrote about the place, checked before. The caller closes it.

    Raises:
        FileLost: the file is not what was stored.
        FilesUnavailable: the store does not answer.
    """
    stored = stored_file(attachment, of=f" № {job_number}")
    original = await open_stored(transactions, files, stored, now=now)
    clean = partial(clean_copy, original, attachment.content_type)
    return await asyncio.get_running_loop().run_in_executor(EXAMINERS, clean)
