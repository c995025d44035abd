"""Pictures as phones make them, and broken or dangerous ones."""

import hashlib
import io
import os
from typing import Any

import pillow_heif
from PIL import Image, ImageDraw

EXIF_IFD, TAKEN, TAKEN_OFFSET = 0x8769, 0x9003, 0x9011
GPS_IFD = 0x8825
MAKER, MODEL, ORIENTATION = 0x010F, 0x0110, 0x0112


def a_photo(
    kind: str = "JPEG",
    *,
    size: tuple[int, int] = (320, 240),
    taken: str | None = None,
    offset: str | None = None,
    gps: bool = False,
    exif: Image.Exif | None = None,
    **options: Any,
) -> bytes:
    """A picture unlike any other. `kind` is a format of Pillow, or HEIC; `taken` is like `2026:03:02 11:58:00`."""
    picture = Image.frombytes("RGB", (64, 48), os.urandom(64 * 48 * 3)).resize(size)
    has_exif = bool(exif or taken or offset or gps)
    exif = exif or Image.Exif()
    if taken:
        exif.get_ifd(EXIF_IFD)[TAKEN] = taken
    if offset:
        exif.get_ifd(EXIF_IFD)[TAKEN_OFFSET] = offset
    if gps:
        exif.get_ifd(GPS_IFD)[1] = "N"
    if has_exif:
        options["exif"] = exif.tobytes() if kind == "HEIC" else exif
    out = io.BytesIO()
    if kind == "HEIC":
        pillow_heif.from_pillow(picture).save(out, **{"quality": 50, **options})
    else:
        picture.save(out, kind, **options)
    return out.getvalue()


def seen_at(
    lat: float, lon: float, *, orientation: int = 1, taken: str = "2026:03:02 11:58:00"
) -> Image.Exif:
    """What a phone writes of a photo."""
    exif = Image.Exif()
    exif[MAKER], exif[MODEL], exif[ORIENTATION] = "Apple", "iPhone 13", orientation
    exif.get_ifd(EXIF_IFD)[TAKEN] = taken
    exif.get_ifd(EXIF_IFD)[TAKEN_OFFSET] = "+03:00"
    gps = exif.get_ifd(GPS_IFD)
    gps[1], gps[2] = "S" if lat < 0 else "N", degrees_of(abs(lat))
    gps[3], gps[4] = "W" if lon < 0 else "E", degrees_of(abs(lon))
    gps[5], gps[6] = b"\x00", 155.0
    return exif


def degrees_of(value: float) -> tuple[float, float, float]:
    minutes = value % 1 * 60
    return float(int(value)), float(int(minutes)), round(minutes % 1 * 60, 4)


def a_signature(
    *,
    size: tuple[int, int] = (600, 200),
    mode: str = "RGBA",
    ground: Any = (0, 0, 0, 0),
    ink: Any = (20, 30, 110),
    width: int = 6,
) -> bytes:
    """A few strokes of a finger, unlike any other. The background is transparent unless another is given."""
    picture = Image.new(mode, size, ground)
    places = [(0.05, 0.75), (0.2, 0.2), (0.35, 0.8), (0.7, 0.3), (0.9, 0.6)]
    points = [
        (size[0] * x + moved[0] % 9, size[1] * y + moved[1] % 9)
        for (x, y), moved in zip(places, zip(os.urandom(5), os.urandom(5), strict=True), strict=True)
    ]
    ImageDraw.Draw(picture).line(points, fill=ink, width=width)
    return png_of(picture)


def repacked(content: bytes) -> bytes:
    """The same pixels in other bytes."""
    out = io.BytesIO()
    Image.open(io.BytesIO(content)).save(out, "PNG", compress_level=1)
    return out.getvalue()


def on_canvas(
    content: bytes, size: tuple[int, int], *, at: tuple[int, int], ground: Any = (0, 0, 0, 0)
) -> bytes:
    """The same picture in the midst of a larger one."""
    canvas = Image.new("RGBA", size, ground)
    canvas.alpha_composite(Image.open(io.BytesIO(content)).convert("RGBA"), at)
    return png_of(canvas)


def png_of(picture: Image.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()


SIGNS = [(b"\x89PNG", "image/png"), (b"WEBP", "image/webp"), (b"ftyp", "image/heic")]


def declared(content: bytes, *, purpose: str = "photo", **fields: Any) -> dict[str, Any]:
    """What a phone says of a file before it sends it."""
    content_type = next((kind for sign, kind in SIGNS if sign in content[:16]), "image/jpeg")
    return {
        "purpose": purpose,
        "content_type": content_type,
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        **fields,
    }
