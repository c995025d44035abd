"""Files of a built face, as they lie in its folder: read without holding up other requests, and kept in memory.

`web/` compresses each file when it builds: `app.js`, and beside it `app.js.br` and `app.js.gz`.
"""

import asyncio
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from app.web.policies import accepts

STATIC = Path(__file__).parent / "static"
SHELL = "index.html"
ENCODINGS = {"br": ".br", "gzip": ".gz"}
"""The smallest first, and how the names of such files end."""
MEDIA_TYPES = {
    ".css": "text/css",
    ".html": "text/html",
    ".ico": "image/x-icon",
    ".jpg": "image/jpeg",
    ".js": "text/javascript",
    ".json": "application/json",
    ".mjs": "text/javascript",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain",
    ".wasm": "application/wasm",
    ".wav": "audio/wav",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""Not from the machine's own list, which differs from machine to machine. Litestar says the charset of texts."""


class BuiltFile(NamedTuple):
    """One file, in the encoding that was chosen for this browser."""

    name: str
    """Below the folder of the face."""
    content: bytes
    etag: str
    encoding: str | None
    media_type: str


async def read_built(folder: Path, name: str, *, accept_encoding: str) -> BuiltFile | None:
    """The file of this name. None: there is none, or it is no name of a file below the folder."""
    return await asyncio.to_thread(_read_built, folder, name, accept_encoding)


def _read_built(folder: Path, name: str, accept_encoding: str) -> BuiltFile | None:
    plain = _inside(folder, name)
    if plain is None:
        return None
    for encoding, ending in ENCODINGS.items():
        if accepts(accept_encoding, encoding) and (file := _inside(folder, name + ending)):
            return _built(name, file, encoding)
    return _built(name, plain, None)


def _inside(folder: Path, name: str) -> Path | None:
    """The file, if it lies in the folder and is not hidden, whatever the name says."""
    try:
        file = (folder / name).resolve()
        is_ours = file.is_relative_to(folder.resolve()) and file.is_file()
    except (OSError, ValueError):  # too long for a name, or with a NUL in it
        return None
    return file if is_ours and not file.name.startswith(".") else None


def _built(name: str, file: Path, encoding: str | None) -> BuiltFile | None:
    try:
        known = file.stat()
        content, etag = _content(file, known.st_mtime_ns, known.st_size)
    except OSError:  # the faces are being built anew
        return None
    return BuiltFile(name, content, etag, encoding, _media_type(name))


@lru_cache(maxsize=1000)
def _content(file: Path, changed_at: int, size: int) -> tuple[bytes, str]:
    """Bytes and ETag. A file that was built anew is read anew, because it has another time or size."""
    content = file.read_bytes()
    return content, f'"{hashlib.sha256(content).hexdigest()[:32]}"'


def _media_type(name: str) -> str:
    return MEDIA_TYPES.get(Path(name).suffix.lower(), "application/octet-stream")
