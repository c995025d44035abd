"""A process of its own that decodes one picture and writes smaller copies of it.

Decoders are large C libraries, and a file is made by whoever wants to. So they run where nothing else is: without
settings or keys, with little memory and time, and whoever waits outlives what they do. Start it as
`python -m app.field.images.shrinking <content type> <folder>` with the picture as standard input. It writes
`<kind>.jpg` for each kind, and tells their sizes as JSON. The copies are upright and say nothing of the camera.
"""

import json
import resource
import sys
from pathlib import Path
from typing import IO

import pillow_heif
from PIL import Image, ImageOps

MEMORY_MAX_BYTES = 900_000_000
"""Of addresses, of which a third is only reserved. A HEIC of 48 megapixels fits, and a WebP of 24."""
CPU_MAX_S = 40
WRITTEN_MAX_BYTES = 60_000_000
SIDES = {"large": 1600, "small": 320}
"""Longest side of the copies in pixels, the largest first: each is made of the one before."""
QUALITY = {"full": 90, "large": 82, "small": 75}
FULL = "full"
"""The whole picture as JPEG, for types that browsers do not show."""
NEEDS_FULL = ("image/heic",)
PROFILE_MAX_BYTES = 20_000
UNDECODABLE, TOO_LARGE = 3, 4
"""Exit codes."""


def main() -> int:
    content_type, folder = sys.argv[1], Path(sys.argv[2])
    _limit()
    try:
        sizes = shrink(sys.stdin.buffer, content_type, folder)
    except MemoryError:
        return TOO_LARGE
    except Exception as error:  # decoders raise whatever broken data makes them raise
        sys.stderr.write(repr(error)[:300])
        return UNDECODABLE
    sys.stdout.write(json.dumps(sizes))
    return 0


def _limit() -> None:
    for what, most in (
        (resource.RLIMIT_AS, MEMORY_MAX_BYTES),
        (resource.RLIMIT_CPU, CPU_MAX_S),
        (resource.RLIMIT_FSIZE, WRITTEN_MAX_BYTES),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def shrink(file: IO[bytes], content_type: str, folder: Path) -> dict[str, tuple[int, int]]:
    """Write the copies of a picture into `folder`. Returns their widths and heights by kind."""
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.register_heif_opener(thumbnails=False)
    Image.MAX_IMAGE_PIXELS = None  # it was counted before it was stored
    kind = "HEIF" if content_type == "image/heic" else content_type.removeprefix("image/").upper()
    sizes: dict[str, tuple[int, int]] = {}
    with Image.open(file, formats=[kind]) as picture:
        picture.draft("RGB", (SIDES["large"], SIDES["large"]))  # JPEG is decoded no larger than needed
        shown = _upright(picture, content_type)
        profile = _profile(picture)
    if content_type in NEEDS_FULL:
        sizes[FULL] = _write(shown, FULL, folder, profile)
    for name, side in SIDES.items():
        shown.thumbnail((side, side), reducing_gap=2.0)
        sizes[name] = _write(shown, name, folder, profile)
    return sizes


def _upright(picture: Image.Image, content_type: str) -> Image.Image:
    """Its pixels on white, as people should see them. libheif turns a HEIC itself, whatever its EXIF says."""
    turned = picture if content_type == "image/heic" else ImageOps.exif_transpose(picture)
    if turned.has_transparency_data:
        above = turned.convert("RGBA")
        turned = Image.new("RGB", above.size, "white")
        turned.paste(above, mask=above.getchannel("A"))
    plain = turned.convert("RGB")
    plain.info = {}
    return plain


def _profile(picture: Image.Image) -> bytes | None:
    """What its colours mean; but a profile of CMYK or grey says nothing of RGB."""
    profile = picture.info.get("icc_profile")
    is_kept = profile and picture.mode in ("RGB", "RGBA", "P") and len(profile) <= PROFILE_MAX_BYTES
    return profile if is_kept else None


def _write(picture: Image.Image, kind: str, folder: Path, profile: bytes | None) -> tuple[int, int]:
    path = folder / f"{kind}.jpg"
    picture.save(path, "JPEG", quality=QUALITY[kind], progressive=kind != "small", icc_profile=profile)
    return picture.size


if __name__ == "__main__":
    sys.exit(main())
