"""Pictures as phones make them, and broken or dangerous ones."""

import hashlib
import io
import os
from typing import Any

from PIL import Image, ImageDraw

EXIF_IFD, TAKEN, TAKEN_OFFSET = 0x8769, 0x9003, 0x9011
GPS_IFD = 0x8825


def a_photo(
    kind: str = "JPEG",
    *,
    size: tuple[int, int] = (320, 240),
    taken: str | None = None,
    offset: str | None = None,
    gps: bool = False,
    **options: Any,
) -> bytes:
    """A picture unlike any other. `taken` is as in EXIF: `2026:03:02 11:58:00`."""
    picture = Image.frombytes("RGB", (64, 48), os.urandom(64 * 48 * 3)).resize(size)
    exif = Image.Exif()
    if taken:
        exif.get_ifd(EXIF_IFD)[TAKEN] = taken
    if offset:
        exif.get_ifd(EXIF_IFD)[TAKEN_OFFSET] = offset
    if gps:
        exif.get_ifd(GPS_IFD)[1] = "N"
    out = io.BytesIO()
    picture.save(out, kind, **({"exif": exif} if taken or offset or gps else {}), **options)
    return out.getvalue()


def a_signature() -> bytes:
    """A few strokes of a finger, on a transparent PNG."""
    picture = Image.new("RGBA", (600, 200))
    ImageDraw.Draw(picture).line([(20, 150), (120, 40), (200, 160), (400, 60)], fill="navy", width=6)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


def declared(content: bytes, *, purpose: str = "photo", **fields: Any) -> dict[str, Any]:
    """What a phone says of a file before it sends it."""
    content_type = "image/png" if content.startswith(b"\x89PNG") else "image/jpeg"
    return {
        "purpose": purpose,
        "content_type": content_type,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        **fields,
    }
