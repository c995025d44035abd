"""Where the background of maps comes from: our own file of tiles, somebody else's server, or nowhere.

Own tiles are one PMTiles file (https://docs.protomaps.com/pmtiles). A browser asks for parts of it, by `Range`.
"""

import asyncio
import gzip
import html
import json
import os
import re
import zlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO, Literal, NamedTuple

from litestar import Request, Response, get
from litestar.datastructures import Headers
from litestar.exceptions import NotFoundException
from litestar.response import Stream

from app.core.settings import Settings, SettingsInvalid
from app.http.guards import EXPECTED, public
from app.web.policies import RangeNotSatisfiable, Span, has_version, span_of

OWN_TILES = "/tiles/base.pmtiles"
MEDIA_TYPE = "application/vnd.pmtiles"
KEPT = "public, max-age=3600"
CHUNK_BYTES = 256 * 1024
HEADER_BYTES = 127
MAGIC = b"PMTiles\x03"
METADATA_MAX_BYTES = 1_000_000
MARKUP = re.compile(r"<[^>]*>")


class MapSettings(NamedTuple):
    """What a face draws its maps on."""

    kind: Literal["none", "pmtiles", "raster"]
    url: str | None = None
    attribution: str = ""
    max_zoom: int | None = None


def host_of_tiles(settings: Settings) -> str | None:
    """The server of somebody else's tiles, as a Content-Security-Policy names it. None: there is no such server."""
    if not settings.tiles_url:
        return None
    return "/".join(settings.tiles_url.split("/")[:3]).replace("{s}", "*")


def map_settings_of(settings: Settings) -> MapSettings:
    """What these settings mean. Reads the head of the file of tiles.

    Raises:
        SettingsInvalid: TILES_FILE cannot be used.
    """
    if settings.tiles_url:
        return MapSettings("raster", settings.tiles_url, settings.tiles_attribution, settings.tiles_max_zoom)
    if settings.tiles_file:
        max_zoom, attribution = _read_head(Path(settings.tiles_file))
        return MapSettings("pmtiles", OWN_TILES, settings.tiles_attribution or attribution, max_zoom)
    return MapSettings("none")


def _read_head(path: Path) -> tuple[int, str]:
    """The deepest zoom of a PMTiles file, and whom its metadata name as the maker."""
    try:
        with path.open("rb") as file:
            head = file.read(HEADER_BYTES)
            if len(head) < HEADER_BYTES or not head.startswith(MAGIC):
                raise SettingsInvalid(f"TILES_FILE: {path} is no PMTiles file of version 3")
            return head[101], _attribution(file, head)
    except OSError as error:
        raise SettingsInvalid(f"TILES_FILE: {error}") from error


def _attribution(file: BinaryIO, head: bytes) -> str:
    """As plain text. Empty if it says nothing, is damaged, or is packed in a way that we do not read."""
    offset, length = (int.from_bytes(head[at : at + 8], "little") for at in (24, 32))
    file.seek(offset)
    packed = file.read(min(length, METADATA_MAX_BYTES))
    try:
        said = json.loads(_unpacked(packed, head[97])).get("attribution")
    except (OSError, EOFError, ValueError, AttributeError, zlib.error):
        return ""
    return html.unescape(MARKUP.sub("", said)).strip() if isinstance(said, str) else ""


def _unpacked(packed: bytes, how: int) -> bytes:
    """1 is not packed, 2 is gzip. Brotli and zstd, which no program writes by itself, are as good as nothing."""
    return gzip.decompress(packed) if how == 2 else packed if how == 1 else b"{}"


@get(OWN_TILES, guards=[public], include_in_schema=False, opt={EXPECTED: True})
async def show_tiles(request: Request[Any, Any, Any]) -> Response[Any]:
    """The file of tiles, or the part that is asked for."""
    path = request.app.state.settings.tiles_file
    if not path:
        raise NotFoundException
    try:
        known = await asyncio.to_thread(os.stat, path)
    except OSError as error:
        raise NotFoundException from error
    etag = f'"{known.st_mtime_ns:x}-{known.st_size:x}"'
    return _answer(request.headers, path, known.st_size, etag)


def _answer(asked: Headers, path: str, size: int, etag: str) -> Response[Any]:
    said = {"Accept-Ranges": "bytes", "ETag": etag, "Cache-Control": KEPT}
    if has_version(asked.get("if-none-match", ""), etag):
        return Response(b"", status_code=304, headers=said)
    try:
        # what the browser has is of another version: a part of this one would not fit
        span = span_of(asked.get("range"), size) if asked.get("if-range", etag) == etag else None
    except RangeNotSatisfiable:
        return Response(b"", status_code=416, headers=said | {"Content-Range": f"bytes */{size}"})
    if span:
        said["Content-Range"] = f"bytes {span.first}-{span.last}/{size}"
    sent = span or Span(0, size - 1)
    said["Content-Length"] = str(sent.length)
    return Stream(_parts(path, sent), status_code=206 if span else 200, media_type=MEDIA_TYPE, headers=said)


async def _parts(path: str, span: Span) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(os.open, path, os.O_RDONLY)
    try:
        at = span.first
        while at <= span.last:
            part = await asyncio.to_thread(os.pread, file, min(CHUNK_BYTES, span.last - at + 1), at)
            if not part:
                return  # it was cut meanwhile; the server breaks the connection, for less came than was promised
            at += len(part)
            yield part
    finally:
        os.close(file)
