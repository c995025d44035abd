"""Files as attackers and broken phones send them, each with its verdict; and what is served of those that are taken.

All are made here. `TAKEN` means that the file is stored; then what is served must contain nothing that could run.
"""

import io
import json
import re
import struct
import subprocess
import sys
import zipfile
import zlib

import pillow_heif
import pytest
from PIL import Image, ImageDraw

from app.field.images.shrinking import shrink
from tests.field.test_images import cleaned, examined
from tests.pictures import a_photo, declared, seen_at

pytestmark = [pytest.mark.covers("M44", "P-rel-14")]

TAKEN = "taken"
ACTIVE = b"<script>alert(1)</script><?php system('id');"


def a_zip(name="run.sh", content=ACTIVE):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(name, content)
    return out.getvalue()


def jpeg_with(*segments):
    photo = a_photo()
    return photo[:2] + b"".join(segments) + photo[2:]


def segment(code, content):
    return b"\xff" + bytes([code]) + (len(content) + 2).to_bytes(2, "big") + content


def chunk(name, content=b""):
    return len(content).to_bytes(4, "big") + name + content + zlib.crc32(name + content).to_bytes(4, "big")


def png_with(*chunks):
    photo = a_photo("PNG")
    return photo[:33] + b"".join(chunks) + photo[33:]


def png_of_size(width, height, mode=2):
    head = struct.pack(">IIBBBBB", width, height, 8, mode, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND")
    )


def webp_with(name, content):
    photo = a_photo("WEBP", exif=seen_at(1, 1))
    added = photo + name + len(content).to_bytes(4, "little") + content + b"\0" * (len(content) % 2)
    return added[:4] + (len(added) - 8).to_bytes(4, "little") + added[8:]


def animated(kind):
    out = io.BytesIO()
    frames = [Image.new("RGB", (32, 32), colour) for colour in ("red", "blue")]
    frames[0].save(out, kind, save_all=True, append_images=frames[1:], duration=100)
    return out.getvalue()


def saved(kind, mode="RGB", size=(64, 48)):
    out = io.BytesIO()
    Image.new(mode, size).save(out, kind)
    return out.getvalue()


def as_large_as(width, height, kind=b"\xff\xc0"):
    photo = a_photo(size=(64, 48))
    at = photo.index(kind) + 5
    return photo[:at] + height.to_bytes(2, "big") + width.to_bytes(2, "big") + photo[at + 4 :]


HEIC = a_photo("HEIC")
LARGE_HEIC = a_photo("HEIC", size=(2400, 1800))


def box(name, content=b""):
    return (8 + len(content)).to_bytes(4, "big") + name + content


def heic_of_size(width, height, heic=HEIC):
    at = heic.index(b"ispe") + 8
    return heic[:at] + width.to_bytes(4, "big") + height.to_bytes(4, "big") + heic[at + 8 :]


def heic_of_tiles(width, height):
    """Its picture is one that is put together; what would be its code says how large."""
    at = HEIC.index(b"mdat") + 4
    grid = bytes(4) + width.to_bytes(2, "big") + height.to_bytes(2, "big")
    return HEIC[:at].replace(b"hvc1", b"grid") + grid + HEIC[at + len(grid) :]


def heic_of_noise():
    """Its structure is right, and no decoder can do anything with its picture."""
    at = HEIC.index(b"mdat") + 4
    return HEIC[:at] + (bytes(range(256)) * 60)[: len(HEIC) - at]


def cut_webp(pixels):
    """Its parts are whole, and the picture in them ends in the middle."""
    width, out = 4_000, io.BytesIO()
    Image.linear_gradient("L").resize((width, pixels // width)).convert("RGB").save(out, "WEBP", method=0)
    whole = out.getvalue()
    cut = whole[: len(whole) // 64 * 60]
    return (
        cut[:4]
        + (len(cut) - 8).to_bytes(4, "little")
        + cut[8:16]
        + (len(cut) - 20).to_bytes(4, "little")
        + cut[20:]
    )


def webp_of_canvas(width, height):
    webp = a_photo("WEBP", exif=seen_at(1, 1))
    return webp[:24] + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little") + webp[30:]


def heic_of_brand(major, *others):
    length = int.from_bytes(HEIC[:4], "big")
    return box(b"ftyp", major + bytes(4) + b"".join(others)) + HEIC[length:]


def heic_with_many_boxes():
    return HEIC + box(b"free") * 30_000


def svg(content=ACTIVE):
    return b'<svg xmlns="http://www.w3.org/2000/svg">' + content + b"</svg>"


def film():
    return box(b"ftyp", b"mp42" + bytes(4)) + box(b"mdat", b"1234")


CORPUS = {
    # not an image, whatever it is called
    "html": (b"<html>" + ACTIVE, "not_an_image"),
    "svg": (svg(), "not_an_image"),
    "svg with a byte order mark": (b"\xef\xbb\xbf" + svg(), "not_an_image"),
    "pdf": (b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", "not_an_image"),
    "zip": (a_zip(), "not_an_image"),
    "zip of an office document": (a_zip("word/document.xml"), "not_an_image"),
    "elf": (b"\x7fELF\x02\x01\x01" + bytes(100), "not_an_image"),
    "windows program": (b"MZ\x90\x00" + bytes(100), "not_an_image"),
    "shell script": (b"#!/bin/sh\nid\n", "not_an_image"),
    "gif": (saved("GIF"), "not_an_image"),
    "animated gif": (animated("GIF"), "not_an_image"),
    "bmp": (saved("BMP"), "not_an_image"),
    "tiff": (saved("TIFF"), "not_an_image"),
    "ico": (saved("ICO"), "not_an_image"),
    "jpeg 2000": (b"\0\0\0\x0cjP  \r\n\x87\n" + bytes(60), "not_an_image"),
    "postscript": (b"%!PS-Adobe-3.0 EPSF-3.0\n", "not_an_image"),
    "mp4": (film(), "not_an_image"),
    "webm": (b"\x1aE\xdf\xa3" + bytes(60), "not_an_image"),
    "one byte": (b"\xff", "not_an_image"),
    "zeros": (bytes(1_000), "not_an_image"),
    "gif and script in one": (b"GIF89a/*" + bytes(20) + b"*/=1;" + ACTIVE, "not_an_image"),
    # cut off
    "jpeg cut in its header": (a_photo()[:100], "image_truncated"),
    "jpeg cut in its picture": (a_photo()[:-50], "image_truncated"),
    "png cut": (a_photo("PNG")[:-30], "image_truncated"),
    "webp cut": (a_photo("WEBP")[:-30], "image_truncated"),
    "heic cut in its header": (HEIC[:200], "image_truncated"),
    "heic cut in its picture": (HEIC[:-100], "image_truncated"),
    "heic without picture data": (HEIC[: HEIC.index(b"mdat") - 4], "image_truncated"),
    "large webp cut in its picture": (cut_webp(14_000_000), "image_truncated"),
    # one file that is two
    "jpeg and zip": (a_photo() + a_zip(), "image_has_more"),
    "jpeg and php": (a_photo() + ACTIVE, "image_has_more"),
    "jpeg and pdf": (a_photo() + b"%PDF-1.4", "image_has_more"),
    "png and zip": (a_photo("PNG") + a_zip(), "image_has_more"),
    "png and a second png": (a_photo("PNG") + a_photo("PNG"), "image_has_more"),
    "webp and zip": (a_photo("WEBP") + a_zip(), "image_has_more"),
    "heic and zip": (HEIC + a_zip(), "image_has_more"),
    "heic and script": (HEIC + ACTIVE, "image_has_more"),
    "heic with script in a free box": (HEIC + box(b"free", ACTIVE), "image_has_more"),
    "heic with zip in a free box": (HEIC + box(b"free", a_zip(content=b"data")), "image_has_more"),
    "heic with zip in a second mdat": (HEIC + box(b"mdat", a_zip(content=b"data")), "image_has_more"),
    "heic with an unknown box": (HEIC + box(b"evil", b"data"), "image_has_more"),
    "heic with a box of impossible size": (HEIC + b"\0\0\0\x04free", "image_has_more"),
    # polyglots whose other half is in a comment: taken, and not served
    "jpeg with script in a comment": (jpeg_with(segment(0xFE, ACTIVE)), TAKEN),
    "jpeg with zip in a comment": (jpeg_with(segment(0xFE, a_zip())), TAKEN),
    "jpeg with script in xmp": (jpeg_with(segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + ACTIVE)), TAKEN),
    "jpeg with script as its profile": (jpeg_with(segment(0xE2, b"FPXR\0" + ACTIVE)), TAKEN),
    "png with script in a text": (png_with(chunk(b"tEXt", b"Comment\0" + ACTIVE)), TAKEN),
    "png with script in a private chunk": (png_with(chunk(b"prIv", ACTIVE)), TAKEN),
    "webp with script in xmp": (webp_with(b"XMP ", ACTIVE), TAKEN),
    "webp with an unknown chunk": (webp_with(b"JUNK", ACTIVE), TAKEN),
    # floods of pixels, with few bytes
    "png of 400 million pixels": (png_of_size(20_000, 20_000), "image_too_many_pixels"),
    "png of 144 million pixels": (saved("PNG", "1", (12_000, 12_000)), "image_too_many_pixels"),
    "png as wide as can be": (png_of_size(2**31 - 1, 1), "image_too_many_pixels"),
    "jpeg of 4 thousand million pixels": (as_large_as(65_535, 65_535), "image_too_many_pixels"),
    "jpeg of 200 megapixels": (as_large_as(16_320, 12_240), "image_too_many_pixels"),
    "heic of 100 million pixels": (heic_of_size(10_000, 10_000), "image_too_many_pixels"),
    "webp of 30 million pixels": (saved("WEBP", size=(6_000, 5_000)), "image_too_many_pixels"),
    "heic of more pixels than a number holds": (heic_of_size(2**32 - 1, 2**32 - 1), "image_too_many_pixels"),
    # many parts
    "heic of thirty thousand boxes": (heic_with_many_boxes(), "image_too_divided"),
    "png of thirty thousand chunks": (png_with(chunk(b"teXt") * 30_000), "image_too_divided"),
    "jpeg of thirty thousand segments": (jpeg_with(segment(0xFE, b"") * 30_000), "image_too_divided"),
    # moving
    "animated png": (animated("PNG"), "image_animated"),
    "animated webp": (animated("WEBP"), "image_animated"),
    "heic film": (heic_of_brand(b"hevc", b"heic"), "image_animated"),
    "heic sequence": (heic_of_brand(b"msf1", b"hevc", b"heic"), "image_animated"),
    "heic with a film in it": (HEIC + box(b"moov", bytes(20)), "image_animated"),
    # kinds of HEIF that are not taken
    "avif": (heic_of_brand(b"avif", b"mif1"), "image_other_heif"),
    "heif that says nothing of its code": (heic_of_brand(b"mif1", b"miaf"), "image_other_heif"),
    # inconsistent
    "heic whose header says more": (heic_of_size(640, 480), "image_of_another_size"),
    "heic whose header says less": (heic_of_size(160, 120), "image_of_another_size"),
    "large heic that says it is small": (heic_of_size(64, 48, LARGE_HEIC), "image_of_another_size"),
    "heic put together to more than it says": (heic_of_tiles(9_000, 9_000), "image_of_another_size"),
    "heic of noise": (heic_of_noise(), TAKEN),
    "webp whose canvas lies": (webp_of_canvas(5_000, 4_000), "not_an_image"),
    "png whose checksum is wrong": (a_photo("PNG").replace(b"IDAT", b"IDAX", 1), "not_an_image"),
    "png without a picture": (b"\x89PNG\r\n\x1a\n" + chunk(b"IEND"), "not_an_image"),
    # honest ones
    "jpeg": (a_photo(), TAKEN),
    "jpeg with place": (a_photo(exif=seen_at(55.75, 37.62)), TAKEN),
    "grey jpeg": (saved("JPEG", "L"), TAKEN),
    "cmyk jpeg": (saved("JPEG", "CMYK"), TAKEN),
    "motion photo": (a_photo() + film(), TAKEN),
    "png": (a_photo("PNG"), TAKEN),
    "png with transparency": (saved("PNG", "RGBA"), TAKEN),
    "png with 16 bits": (saved("PNG", "I;16"), TAKEN),
    "webp": (a_photo("WEBP"), TAKEN),
    "heic": (HEIC, TAKEN),
    "heic with place": (a_photo("HEIC", exif=seen_at(55.75, 37.62)), TAKEN),
    "heic on its side": (a_photo("HEIC", exif=seen_at(55.75, 37.62, orientation=6)), TAKEN),
    "heic of mif1": (heic_of_brand(b"mif1", b"mif1", b"heic", b"miaf"), TAKEN),
    "heic with room": (HEIC + box(b"free", bytes(500)), TAKEN),
    "heic with the film of a motion photo": (HEIC + box(b"mpvd", film()), TAKEN),
}
UNDECODABLE = {"heic of noise"}


def test_the_corpus_is_large_enough():
    assert len(CORPUS) >= 60


@pytest.mark.parametrize("name", CORPUS)
def test_each_file_gets_its_verdict(name):
    content, verdict = CORPUS[name]

    found = examined(content)

    assert found == (declared(content)["content_type"] if verdict == TAKEN else verdict)


@pytest.mark.parametrize("name", [name for name, (_, verdict) in CORPUS.items() if verdict == TAKEN])
def test_what_is_served_of_a_taken_file_can_do_nothing(name, tmp_path):
    content, _ = CORPUS[name]

    served = served_of(content, name, tmp_path)

    assert served or name in UNDECODABLE
    for one in served:
        picture = Image.open(io.BytesIO(one))
        picture.load()
        assert picture.getexif().get_ifd(0x8825) == {}
        assert not any(sign in one for sign in (b"<script", b"<?php", b"PK\x03\x04", b"PK\x05\x06", b"Apple"))


def served_of(content, name, folder):
    """The file without what the camera wrote, and its smaller copies."""
    content_type = declared(content)["content_type"]
    whole = [] if content_type == "image/heic" else [cleaned(content, content_type)]
    try:
        kinds = shrink(io.BytesIO(content), content_type, folder)
    except (ValueError, OSError, RuntimeError, EOFError, SyntaxError):
        assert name in UNDECODABLE
        return []
    return whole + [(folder / f"{kind}.jpg").read_bytes() for kind in kinds]


@pytest.mark.parametrize(
    ("mode", "side", "kind"), [("RGB", 4_000, "HEIC"), ("RGBA", 5_000, "PNG"), ("RGB", 9_000, "JPEG")]
)
def test_the_process_that_decodes_stays_small(tmp_path, mode, side, kind):
    """Pictures of 48, 19 and 60 megapixels, in at most 400 MiB."""
    picture = tmp_path / "picture"
    picture.write_bytes(large_picture(mode, side, kind))
    content_type = {"HEIC": "image/heic", "PNG": "image/png", "JPEG": "image/jpeg"}[kind]
    code = (
        "import sys; from app.field.images.shrinking import main; code = main(); "
        "print(open('/proc/self/status').read(), file=sys.stderr); sys.exit(code)"
    )

    with picture.open("rb") as file:
        done = subprocess.run(
            [sys.executable, "-c", code, content_type, tmp_path], stdin=file, capture_output=True, check=True
        )

    assert "small" in json.loads(done.stdout)
    peak_kib = int(re.search(rb"VmHWM:\s+(\d+) kB", done.stderr)[1])
    assert peak_kib < 400 * 1024


def large_picture(mode, side, kind):
    out = io.BytesIO()
    picture = Image.new(mode, (side, side * 3 // 4))
    ImageDraw.Draw(picture).ellipse((0, 0, side // 2, side // 2), fill="red")
    if kind == "HEIC":
        pillow_heif.from_pillow(picture).save(out, quality=30)
    else:
        picture.save(out, kind, **({"compress_level": 1} if kind == "PNG" else {}))
    return out.getvalue()
