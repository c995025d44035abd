"""A declared file is checked, stored and marked, in this order. Each step may be interrupted and repeated."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from functools import partial
from tempfile import TemporaryFile
from typing import IO, NamedTuple
from uuid import UUID

from obstore.store import ObjectStore

from app.contracts.field import AttachmentStored
from app.core.clock import Clock
from app.core.errors import DomainError
from app.db.files import (
    NO_SPACE,
    delete_file,
    file_key,
    put_file,
)
from app.db.outbox import announce
from app.db.points import geography_of
from app.db.session import Session
from app.documents.api import NoSignature, hash_ink
from app.field.attachments import queries as attachments
from app.field.attachments.models import Attachment
from app.field.attachments.policies import SIGNATURE_PIXELS_MAX, moments_of
from app.field.attachments.service import KIND, PLACELESS, may_know_place
from app.field.images.examining import ImageFacts, examine_image
from app.field.images.exif import Evidence
from app.field.images.placeless import make_placeless
from app.field.images.threads import EXAMINERS
from app.field.images.walks import ImageRefused
from app.field.previews.service import order_previews
from app.field.uploads import queries
from app.field.uploads.policies import LOOK_FOR_STRAYS_AFTER
from app.http.dependencies import Transactions
from app.identity.api import get_company

STORING_LEASE = timedelta(minutes=15)
"""The file store may take this long for one file. Until then no sweep removes the upload."""


class UploadExpired(DomainError):
    """The file was declared too long ago. Declare it again."""

    code = "upload_expired"


class UploadMismatch(DomainError):
    """The bytes are not the declared ones. Nothing is kept: begin again."""

    status = 422
    code = "upload_mismatch"


class UploadRefused(DomainError):
    """The bytes are the declared ones, but not an accepted image. `reason` says why, `pixels_max` names a limit.
    Nothing is kept."""

    status = 422
    code = "upload_refused"


class NoSpace(DomainError):
    """The disk of the server is full. What was there before is still there: try again later."""

    status = 507
    code = "no_space"


@contextmanager
def telling_when_full() -> Iterator[None]:
    """Around everything that writes files.

    Raises:
        NoSpace: nothing more fits.
    """
    try:
        yield
    except OSError as error:
        if error.errno in NO_SPACE:
            raise NoSpace(retry_after_s=60) from error
        raise


def is_expired(attachment: Attachment, now: datetime) -> bool:
    return attachment.is_abandoned or (attachment.expires_at is not None and attachment.expires_at <= now)


async def store_content(
    transactions: Transactions,
    files: ObjectStore,
    declared: Attachment,
    *,
    body: AsyncIterator[bytes],
    clock: Clock,
) -> Attachment:
    """Check the bytes of a declared file and store them. Its parts are forgotten; the caller removes their objects.

    Raises: see `receive_content`.
    """
    company_id, attachment_id = declared.company_id, declared.id
    async with transactions() as session:
        company = await get_company(session, company_id)
    timezone_name = company.timezone if company else "UTC"
    with telling_when_full():
        async with _received(body, declared) as file:
            if declared.stored_at is not None:
                return declared
            checked = await _check(file, declared, timezone_name)
            async with transactions() as session:
                await claim(session, company_id, attachment_id, now=clock.now())
                is_allowed = await _may_hold(session, declared, checked.facts.evidence)
            kept, checked = (file, checked) if is_allowed else await _without_place(file, checked)
            with kept:
                await put_file(files, key_of(company_id, attachment_id, checked), kept)
    async with transactions(audited=True) as session:
        stored = await _mark_stored(session, company_id, attachment_id, checked, now=clock.now())
    if stored is None:
        await delete_file(files, key_of(company_id, attachment_id, checked))
        raise UploadExpired
    return stored


@asynccontextmanager
async def _received(body: AsyncIterator[bytes], declared: Attachment) -> AsyncIterator[IO[bytes]]:
    """The received bytes in an unnamed temporary file, which is removed at the end in any case.

    Raises:
        UploadMismatch: they are not the declared ones. Stops as soon as there are too many.
    """
    digest = hashlib.sha256()
    size = 0
    with TemporaryFile() as file:
        async for chunk in body:
            size += len(chunk)
            if size > declared.size:
                raise UploadMismatch(declared_size=declared.size)
            digest.update(chunk)
            file.write(chunk)
        if (size, digest.digest()) != (declared.size, declared.sha256):
            raise UploadMismatch(declared_size=declared.size, size=size, sha256=digest.hexdigest())
        file.flush()
        file.seek(0)
        yield file


class Checked(NamedTuple):
    facts: ImageFacts
    ink_sha256: bytes | None
    """Of a signature."""
    kept_sha256: bytes | None = None
    """Of what is kept in the stead of the file, without its place."""


def key_of(company_id: UUID, attachment_id: UUID, checked: Checked) -> str:
    return file_key(company_id, PLACELESS if checked.kept_sha256 else KIND, attachment_id)


async def _may_hold(session: Session, declared: Attachment, evidence: Evidence) -> bool:
    """Whether the file may be kept as it is. It may, if it says nothing of a place.

    Raises:
        UploadRefused: a signature with a place that must not be kept. No phone writes one, and nothing may be taken out
            of a signature.
    """
    if not evidence.says_place:
        return True
    moments = moments_of(evidence.taken_at, declared.captured_at)
    is_allowed = await may_know_place(session, declared.company_id, declared.author_id, moments)
    if not is_allowed and declared.purpose == "signature":
        raise UploadRefused(reason="image_has_more")
    return is_allowed


async def _without_place(file: IO[bytes], checked: Checked) -> tuple[IO[bytes], Checked]:
    """A copy of the file without its place, and what is known of it."""
    copy, sha256 = await make_placeless(file, checked.facts.content_type)
    evidence = checked.facts.evidence._replace(place=None, altitude_m=None, says_place=False)
    return copy, checked._replace(facts=checked.facts._replace(evidence=evidence), kept_sha256=sha256)


async def _check(file: IO[bytes], declared: Attachment, timezone_name: str) -> Checked:
    facts = await _examine(file, declared, timezone_name)
    return Checked(facts, await _hash_ink(file) if declared.purpose == "signature" else None)


async def _examine(file: IO[bytes], declared: Attachment, timezone_name: str) -> ImageFacts:
    examine = partial(examine_image, file, timezone_name=timezone_name)
    try:
        facts = await asyncio.get_running_loop().run_in_executor(EXAMINERS, examine)
    except ImageRefused as error:
        raise UploadRefused(reason=error.code, **error.params) from error
    if facts.content_type != declared.content_type:
        raise UploadRefused(reason="image_of_another_type")
    if declared.purpose == "signature" and facts.width_px * facts.height_px > SIGNATURE_PIXELS_MAX:
        raise UploadRefused(reason="signature_too_many_pixels", pixels_max=SIGNATURE_PIXELS_MAX)
    return facts


async def _hash_ink(file: IO[bytes]) -> bytes:
    """The hash of what a signature shows. It is small enough to be decoded.

    Raises:
        UploadRefused: nothing is drawn, it cannot be seen on paper, or it is no drawing.
    """
    file.seek(0)
    content = file.read()
    file.seek(0)
    try:
        return await asyncio.get_running_loop().run_in_executor(EXAMINERS, hash_ink, content)
    except NoSignature as error:
        raise UploadRefused(reason=error.code) from error


async def claim(session: Session, company_id: UUID, attachment_id: UUID, *, now: datetime) -> Attachment:
    """Lock the file and extend its deadline, so that no sweep removes it meanwhile.

    Raises:
        UploadExpired: a sweep came first.
    """
    attachment = await attachments.get_attachment(session, company_id, attachment_id, lock=True)
    if attachment is None or is_expired(attachment, now):
        raise UploadExpired
    if attachment.expires_at is not None:
        attachment.expires_at = max(attachment.expires_at, now + STORING_LEASE)
    return attachment


async def _mark_stored(
    session: Session, company_id: UUID, attachment_id: UUID, checked: Checked, *, now: datetime
) -> Attachment | None:
    """Mark the file as stored. None if a sweep has removed it meanwhile.

    If two requests send the same bytes, the first one counts.
    """
    attachment = await attachments.get_attachment(session, company_id, attachment_id, lock=True)
    if attachment is None or attachment.is_abandoned:
        return None
    if attachment.stored_at is not None:
        return attachment
    attachment.stored_at = now
    attachment.expires_at = None
    attachment.ink_sha256 = checked.ink_sha256
    attachment.kept_sha256 = checked.kept_sha256
    attachment.width_px = checked.facts.width_px
    attachment.height_px = checked.facts.height_px
    _keep_evidence(attachment, checked.facts.evidence)
    await order_previews(session, attachment, now=now)
    await queries.look_for_strays(session, company_id, at=now + LOOK_FOR_STRAYS_AFTER)
    await queries.delete_upload(session, company_id, attachment_id)
    await announce(
        session,
        company_id,
        AttachmentStored(attachment_id=attachment.id, job_id=attachment.job_id, purpose=attachment.purpose),
    )
    return attachment


def _keep_evidence(attachment: Attachment, evidence: Evidence) -> None:
    attachment.taken_at = evidence.taken_at
    attachment.has_taken_zone = evidence.has_zone
    attachment.taken_point = geography_of(evidence.place) if evidence.place else None
    attachment.taken_altitude_m = evidence.altitude_m
    attachment.holds_place = evidence.says_place
    attachment.camera_make = evidence.make
    attachment.camera_model = evidence.model
