"""The bytes of a request as they come, from a phone that may be slow or break off."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

from litestar import Request
from litestar.exceptions import InternalServerException

from app.core.errors import DomainError
from app.field.uploads.policies import CHECKED_BYTES_MAX, IDLE_S, KEEP_AFTER_S, PIECE_BYTES


class UploadInterrupted(DomainError):
    """The phone broke off, or sent nothing for a minute."""

    status = 400
    code = "upload_interrupted"


class ChunkMismatch(DomainError):
    """The chunk does not have the hash that came with it. Nothing of it is kept: send it again."""

    status = 422
    code = "chunk_mismatch"


class CheckedChunkTooLong(DomainError):
    """A chunk with a checksum may have `size_max` bytes. Nothing of it is kept."""

    status = 413
    code = "checked_chunk_too_long"


async def body_of(request: Request[Any, Any, Any]) -> AsyncIterator[bytes]:
    """What arrives.

    Raises:
        UploadInterrupted: it ends before it is whole.
    """
    chunks = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(IDLE_S):
                chunk = await anext(chunks, None)
        except (TimeoutError, InternalServerException) as error:  # Litestar raises the latter at a disconnect
            raise UploadInterrupted from error
        if chunk is None:
            return
        yield chunk


async def pieces_of(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """What arrives, in pieces that are worth being stored. If it breaks off, what has come is the last piece.

    Raises:
        UploadInterrupted: after the last piece.
    """
    now, held, broken = asyncio.get_running_loop().time, bytearray(), None
    began = now()
    try:
        async for chunk in body:
            held += chunk
            while len(held) >= PIECE_BYTES or (held and now() - began >= KEEP_AFTER_S):
                yield bytes(held[:PIECE_BYTES])
                del held[:PIECE_BYTES]
                began = now()
    except UploadInterrupted as error:
        broken = error
    if held:
        yield bytes(held)
    if broken is not None:
        raise broken


async def checked_piece_of(body: AsyncIterator[bytes], sha256: bytes) -> AsyncIterator[bytes]:
    """All that arrives as one piece, if it has this hash.

    Raises:
        UploadInterrupted: it broke off.
        ChunkMismatch: it has another hash.
        CheckedChunkTooLong: it is too large to be kept in memory.
    """
    held = bytearray()
    async for chunk in body:
        held += chunk
        if len(held) > CHECKED_BYTES_MAX:
            raise CheckedChunkTooLong(size_max=CHECKED_BYTES_MAX)
    if hashlib.sha256(held).digest() != sha256:
        raise ChunkMismatch
    if held:
        yield bytes(held)
