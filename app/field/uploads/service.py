"""How the bytes of a declared file arrive: whole or in chunks, once or again.

The row in the database decides. A part counts when its row is committed, and the file when its row says that it is
stored; every other object is removed. So every step may be interrupted anywhere and repeated.
"""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from obstore.store import ObjectStore

from app.core.clock import Clock
from app.core.errors import DomainError
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.files import (
    FileLost,
    FilesUnavailable,
    delete_files,
    file_key,
    find_keys,
    put_file,
    read_file,
)
from app.db.session import Session
from app.field.attachments import queries as attachments
from app.field.attachments.models import Attachment
from app.field.attachments.service import AttachmentNotFound
from app.field.uploads import policies, queries
from app.field.uploads.bodies import checked_piece_of, pieces_of
from app.field.uploads.models import Upload, UploadPart
from app.field.uploads.policies import Progress
from app.field.uploads.queries import Part
from app.field.uploads.storing import (
    UploadExpired,
    UploadMismatch,
    UploadRefused,
    claim,
    is_expired,
    store_content,
    telling_when_full,
)
from app.http.dependencies import Transactions

PARTS = "part"
"""Part of the key of what has come of a file: `<company>/part/<attachment>/<part>`."""


class Declared(NamedTuple):
    """A declared file, and how far it has come."""

    attachment: Attachment
    progress: Progress


async def get_declared(session: Session, scope: Scope, attachment_id: UUID, *, now: datetime) -> Declared:
    """A file that this worker sends.

    Raises:
        AttachmentNotFound: not declared by this worker.
        UploadExpired: declared too long ago.
    """
    attachment = await attachments.get_attachment(session, scope.company_id, attachment_id)
    if attachment is None or attachment.author_id != scope.user_id:
        raise AttachmentNotFound
    if is_expired(attachment, now):
        raise UploadExpired
    return Declared(attachment, await _progress_of(session, attachment))


async def _progress_of(session: Session, attachment: Attachment) -> Progress:
    if attachment.stored_at is not None:
        return Progress(attachment.size, attachment.size)
    upload = await queries.get_upload(session, attachment.company_id, attachment.id)
    if upload is None:
        return Progress(attachment.size, 0)
    return Progress(attachment.size, upload.received, upload.part_count)


async def receive_content(
    transactions: Transactions,
    files: ObjectStore,
    scope: Scope,
    *,
    attachment_id: UUID,
    body: AsyncIterator[bytes],
    clock: Clock,
) -> Attachment:
    """Receive all bytes of a declared file, check them and store them. The same bytes again change nothing.

    No transaction is open while the phone sends or the file store writes.

    Raises:
        AttachmentNotFound, UploadExpired: see `get_declared`.
        UploadMismatch: not the declared bytes.
        UploadRefused: not a complete image of the declared type.
        NoSpace: the disk is full.
    """
    async with transactions() as session:
        declared = await get_declared(session, scope, attachment_id, now=clock.now())
    stored = await store_content(transactions, files, declared.attachment, body=body, clock=clock)
    if declared.progress.part_count:
        await remove_parts(files, scope.company_id, attachment_id)
    return stored


class Chunk(NamedTuple):
    """What a phone sends of a file."""

    offset: int
    """Position of its first byte in the file."""
    length: int
    """As announced; 0 if it is not known."""
    body: AsyncIterator[bytes]
    sha256: bytes | None = None
    """If the phone gives it, the chunk is kept as a whole or not at all."""


async def receive_chunk(
    transactions: Transactions,
    files: ObjectStore,
    scope: Scope,
    *,
    attachment_id: UUID,
    chunk: Chunk,
    clock: Clock,
) -> Declared:
    """Receive the next bytes of a file. After the last one the file is checked and stored.

    What the answer counts is safe, whatever dies next. If the phone breaks off, what has come is kept too. An empty
    chunk at the end puts the file together, if the request with the last byte could not. No transaction is open while
    the phone sends or the file store writes.

    Raises:
        AttachmentNotFound, UploadExpired: see `get_declared`.
        UploadOffsetWrong, UploadTooLong, TooManyParts: see `policies.check_chunk`.
        UploadInterrupted: the phone broke off.
        ChunkMismatch, CheckedChunkTooLong: see `bodies.checked_piece_of`.
        UploadMismatch, UploadRefused: as for a file that is sent as a whole. It has to be sent from its beginning.
        NoSpace: the disk is full. What came before is kept.
    """
    async with transactions() as session:
        declared = await get_declared(session, scope, attachment_id, now=clock.now())
    if declared.attachment.stored_at is not None:
        await _check_repeated(declared.progress, chunk)
        return declared
    policies.check_chunk(declared.progress, offset=chunk.offset, length=chunk.length)
    offset = chunk.offset
    async for piece in _pieces(chunk):
        declared = await _keep(transactions, files, declared.attachment, offset, piece, clock)
        if declared.attachment.stored_at is not None:
            return declared
        offset = declared.progress.received
    if offset < declared.attachment.size:
        return declared
    stored = await put_together(
        transactions, files, scope.company_id, attachment_id=attachment_id, clock=clock
    )
    return Declared(stored, Progress(stored.size, stored.size))


async def _check_repeated(progress: Progress, chunk: Chunk) -> None:
    """Whether a chunk of a stored file lies within it: then its answer got lost, and is told again.

    A chunk of unknown length is read and counted until it goes beyond the file.
    """
    policies.check_repeated(progress, offset=chunk.offset, length=chunk.length)
    if chunk.length:
        return
    length = 0
    async for some in chunk.body:
        length += len(some)
        policies.check_repeated(progress, offset=chunk.offset, length=length)


def _pieces(chunk: Chunk) -> AsyncIterator[bytes]:
    return pieces_of(chunk.body) if chunk.sha256 is None else checked_piece_of(chunk.body, chunk.sha256)


async def _keep(
    transactions: Transactions,
    files: ObjectStore,
    attachment: Attachment,
    offset: int,
    piece: bytes,
    clock: Clock,
) -> Declared:
    """Store a piece, and count it when it is safe. If another request was faster, its object is removed."""
    part = Part(uuid7(), offset, len(piece))
    key = _part_key(attachment.company_id, attachment.id, part.part_id)
    with telling_when_full():
        await put_file(files, key, piece)
    try:
        async with transactions() as session:
            declared = await _count(session, attachment, part, now=clock.now())
    except DomainError:
        await _remove(files, [key])
        raise
    if declared.attachment.stored_at is not None:
        await _remove(files, [key])
    return declared


def _part_key(company_id: UUID, attachment_id: UUID, part_id: UUID) -> str:
    return f"{file_key(company_id, PARTS, attachment_id)}/{part_id}"


async def _count(session: Session, attachment: Attachment, part: Part, *, now: datetime) -> Declared:
    """Add a part to its upload. With the last one the clock starts that has the file put together."""
    attachment = await claim(session, attachment.company_id, attachment.id, now=now)
    progress = await _progress_of(session, attachment)
    if attachment.stored_at is not None:
        return Declared(attachment, progress)
    policies.check_chunk(progress, offset=part.start, length=part.size)
    company_id, attachment_id = attachment.company_id, attachment.id
    upload = await queries.get_upload(session, company_id, attachment_id)
    if upload is None:
        upload = Upload(company_id=company_id, attachment_id=attachment_id, received=0, part_count=0)
        session.add(upload)
    upload.received += part.size
    upload.part_count += 1
    upload.finish_at = now + policies.FINISH_AFTER if upload.received == attachment.size else None
    session.add(UploadPart(company_id=company_id, attachment_id=attachment_id, **part._asdict()))
    return Declared(attachment, Progress(attachment.size, upload.received, upload.part_count))


async def put_together(
    transactions: Transactions, files: ObjectStore, company_id: UUID, *, attachment_id: UUID, clock: Clock
) -> Attachment:
    """Put the parts of a file together, check and store it. Twice at once is harmless.

    Raises:
        AttachmentNotFound: it is gone.
        UploadExpired, UploadMismatch, UploadRefused, NoSpace: see `receive_chunk`.
    """
    async with transactions() as session:
        attachment = await attachments.get_attachment(session, company_id, attachment_id)
        parts = await queries.find_parts(session, company_id, attachment_id)
    if attachment is None:
        raise AttachmentNotFound
    if attachment.stored_at is not None:
        return attachment
    keys = [_part_key(company_id, attachment_id, part.part_id) for part in parts]
    try:
        stored = await store_content(
            transactions, files, attachment, body=_joined(files, attachment, keys), clock=clock
        )
    except (UploadMismatch, UploadRefused):
        stored_meanwhile = await _begin_again(transactions, files, attachment, parts)
        if stored_meanwhile is not None:
            return stored_meanwhile
        raise
    await remove_parts(files, company_id, attachment_id)
    return stored


async def _joined(files: ObjectStore, attachment: Attachment, keys: Sequence[str]) -> AsyncIterator[bytes]:
    """The bytes of all parts. Some are read ahead, because thousands of small ones would wait for each other."""
    for at in range(0, len(keys), policies.READ_AHEAD):
        some = keys[at : at + policies.READ_AHEAD]
        for content in await asyncio.gather(*[_read_part(files, attachment, key) for key in some]):
            yield content


async def _read_part(files: ObjectStore, attachment: Attachment, key: str) -> bytes:
    """Raises UploadMismatch if the store has lost it."""
    try:
        return await read_file(files, key)
    except FileLost as error:
        raise UploadMismatch(declared_size=attachment.size) from error


async def _begin_again(
    transactions: Transactions, files: ObjectStore, attachment: Attachment, parts: Sequence[Part]
) -> Attachment | None:
    """Forget these parts, which make no file. If the phone has begun again already, its new parts stay.

    Answers the file if another request has stored it meanwhile and taken the parts away.
    """
    company_id, attachment_id = attachment.company_id, attachment.id
    async with transactions() as session:
        now_there = await attachments.get_attachment(session, company_id, attachment_id, lock=True)
        if await queries.find_parts(session, company_id, attachment_id) == parts:
            await queries.delete_upload(session, company_id, attachment_id)
    await _remove(files, [_part_key(company_id, attachment_id, part.part_id) for part in parts])
    return now_there if now_there is not None and now_there.stored_at is not None else None


async def remove_parts(files: ObjectStore, company_id: UUID, attachment_id: UUID) -> None:
    """Remove the objects of all parts, also of those that were never counted. If the store is away, what is left is
    found when strays are looked for."""
    with suppress(FilesUnavailable):
        await delete_files(files, await find_keys(files, file_key(company_id, PARTS, attachment_id)))


async def _remove(files: ObjectStore, keys: Sequence[str]) -> None:
    with suppress(FilesUnavailable):
        await delete_files(files, keys)
