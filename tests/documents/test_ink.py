"""What counts as a signature, and how it comes onto paper."""

import io
import os
import struct
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from app.documents.content.ink import NoSignature, find_ink, hash_ink, print_drawing
from tests.pictures import a_signature, on_canvas, png_of, repacked

pytestmark = pytest.mark.covers("M7")

WHITE, BLACK, CLEAR = (255, 255, 255), (0, 0, 0), (255, 255, 255, 0)


def drawn(draw: Callable[[ImageDraw.ImageDraw], object], *, ground=WHITE, size=(600, 200)) -> bytes:
    picture = Image.new("RGB", size, ground)
    draw(ImageDraw.Draw(picture))
    return png_of(picture)


def scattered(pencil: ImageDraw.ImageDraw) -> None:
    for x, y in zip(range(5, 595, 12), os.urandom(60), strict=False):
        pencil.point((x, y % 200), fill=BLACK)


def along_the_edges(pencil: ImageDraw.ImageDraw) -> None:
    """In each row near the upper and the lower edge, so that some stand where the outermost part is cut off."""
    for number, x in enumerate(range(5, 595, 12)):
        pencil.point((x, number % 12), fill=BLACK)
        pencil.point((x, 199 - number % 12), fill=BLACK)


def undecodable() -> bytes:
    """Every checksum is right, and there are no pixels."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    header = struct.pack(">IIBBBBB", 600, 200, 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"none") + chunk(b"IEND", b"")


NO_SIGNATURES = {
    "nothing on a transparent canvas": (png_of(Image.new("RGBA", (600, 200))), "signature_blank"),
    "nothing on a white canvas": (png_of(Image.new("RGB", (600, 200), WHITE)), "signature_blank"),
    "nothing on a black canvas": (png_of(Image.new("RGB", (600, 200), BLACK)), "signature_blank"),
    "nothing in grey": (png_of(Image.new("L", (600, 200), 255)), "signature_blank"),
    "a single pixel": (png_of(Image.new("RGBA", (1, 1), BLACK)), "signature_blank"),
    "white ink on nothing": (a_signature(ink=(255, 255, 255, 255)), "signature_blank"),
    "nearly white ink on nothing": (a_signature(ink=(250, 250, 245, 255)), "signature_blank"),
    "black ink on black": (a_signature(mode="RGB", ground=(8, 8, 8), ink=BLACK), "signature_blank"),
    "ink nobody can see through": (a_signature(ink=(0, 0, 0, 20)), "signature_blank"),
    "the line to sign on": (
        drawn(lambda pencil: pencil.line([(20, 160), (580, 160)], fill=BLACK, width=2)),
        "signature_blank",
    ),
    "the edge of the canvas": (
        drawn(lambda pencil: pencil.rectangle((0, 0, 599, 199), outline=BLACK, width=3)),
        "signature_blank",
    ),
    "one dark pixel": (drawn(lambda pencil: pencil.point((300, 100), fill=BLACK)), "signature_too_small"),
    "single pixels everywhere": (drawn(scattered), "signature_too_small"),
    "single pixels along the edges": (drawn(along_the_edges), "signature_too_small"),
    "a dot": (drawn(lambda pencil: pencil.ellipse((295, 95, 305, 105), fill=BLACK)), "signature_too_small"),
    "a large dot": (drawn(lambda pencil: pencil.ellipse((250, 50, 350, 150), fill=BLACK)), "not_a_drawing"),
    "a block": (drawn(lambda pencil: pencil.rectangle((200, 60, 400, 140), fill=BLACK)), "not_a_drawing"),
    "a block over most": (
        drawn(lambda pencil: pencil.rectangle((20, 20, 579, 179), fill=BLACK)),
        "not_a_drawing",
    ),
    "half of the canvas": (
        drawn(lambda pencil: pencil.rectangle((0, 0, 299, 199), fill=BLACK)),
        "not_a_drawing",
    ),
    "a photo": (png_of(Image.effect_noise((600, 400), 80).convert("RGB")), "not_a_drawing"),
    "what cannot be decoded": (undecodable(), "not_an_image"),
    "a picture cut off": (a_signature()[:-200], "not_an_image"),
    "too many pixels": (png_of(Image.new("1", (4000, 3000))), "signature_too_many_pixels"),
}


@pytest.mark.parametrize("picture", NO_SIGNATURES)
def test_what_is_no_drawing_of_a_person_is_no_signature(picture):
    content, reason = NO_SIGNATURES[picture]

    with pytest.raises(NoSignature) as refusal:
        find_ink(content)

    assert refusal.value.code == reason


SIGNATURES = {
    "dark on nothing": {},
    "dark on white": {"mode": "RGB", "ground": WHITE},
    "white on black": {"mode": "RGB", "ground": (18, 18, 18), "ink": WHITE},
    "white on an opaque dark canvas": {"ground": (18, 18, 18, 255), "ink": (255, 255, 255, 255)},
    "yellow on nothing": {"ink": (255, 235, 0, 255)},
    "light grey on nothing": {"ink": (200, 200, 200, 255)},
    "blue on dark blue": {"mode": "RGB", "ground": (10, 10, 60), "ink": (90, 90, 255)},
    "half transparent": {"ink": (0, 0, 0, 110)},
    "red on grey": {"mode": "RGB", "ground": (128, 128, 128), "ink": (220, 30, 30)},
    "grey picture": {"mode": "L", "ground": 255, "ink": 0},
    "one bit": {"mode": "1", "ground": 1, "ink": 0},
    "a hairline": {"width": 1},
    "a thick finger": {"width": 18},
    "a large screen": {"size": (3200, 1400), "width": 14},
    "a small canvas": {"size": (120, 50), "width": 2},
    "upright": {"size": (300, 600)},
}


@pytest.mark.parametrize("colours", SIGNATURES)
def test_a_drawing_is_dark_on_white_paper_whatever_the_colours_of_the_phone(colours):
    printed = print_drawing(a_signature(**SIGNATURES[colours]))

    paper = Image.open(io.BytesIO(printed.png))
    levels = paper.histogram()
    dark, light = sum(levels[:80]), sum(levels[200:])
    assert paper.mode == "L"
    assert paper.getpixel((0, 0)) == 255
    assert dark > 0
    assert light > 0.4 * paper.width * paper.height


def test_a_drawing_with_the_edge_of_its_canvas_is_printed_without_it():
    def sign(pencil: ImageDraw.ImageDraw) -> None:
        pencil.rectangle((0, 0, 599, 199), outline=BLACK, width=2)
        pencil.line([(100, 100), (130, 140), (200, 60), (300, 150), (400, 50)], fill=BLACK, width=5)

    ink = find_ink(drawn(sign))

    assert 300 < ink.width < 350


@settings(max_examples=60, deadline=None)
@given(
    width=st.integers(60, 1500),
    height=st.integers(60, 900),
    places=st.lists(st.tuples(st.floats(0.05, 0.95), st.floats(0.05, 0.95)), min_size=5, max_size=12),
)
def test_a_drawing_is_as_large_on_paper_as_its_shape_allows_and_never_stretched(width, height, places):
    points = [(width * x, height * y) for x, y in places]
    content = drawn(lambda pencil: pencil.line(points, fill=BLACK, width=2), size=(width, height))
    try:
        find_ink(content)
    except NoSignature:
        return

    printed = print_drawing(content)

    pixels = Image.open(io.BytesIO(printed.png)).size
    assert printed.width_mm / printed.height_mm == pytest.approx(pixels[0] / pixels[1], rel=0.02)
    assert printed.width_mm <= 60
    assert printed.height_mm <= 20
    is_readable = printed.width_mm >= 29.99 and printed.height_mm >= 7.99
    fills_the_place = printed.width_mm >= 59.99 or printed.height_mm >= 19.99
    assert is_readable or fills_the_place


def test_of_a_signature_in_a_corner_only_the_ink_is_printed():
    def sign(pencil: ImageDraw.ImageDraw) -> None:
        pencil.line([(1000, 20), (1040, 60), (1060, 15), (1100, 70), (1150, 30)], fill=BLACK, width=4)

    printed = print_drawing(drawn(sign, size=(1200, 1600)))

    assert printed.width_mm >= 30
    assert printed.height_mm >= 8


LARGE = {"size": (1800, 700), "width": 12}


@pytest.mark.parametrize("options", [{}, LARGE, {"width": 18}], ids=["small", "large", "thick"])
@pytest.mark.parametrize(
    "save",
    [
        repacked,
        lambda content: on_canvas(content, (2000, 900), at=(0, 0)),
        lambda content: on_canvas(content, (2400, 1600), at=(300, 500)),
        lambda content: on_canvas(content, (2000, 900), at=(100, 100), ground=WHITE),
    ],
    ids=["packed otherwise", "larger canvas", "moved on a larger canvas", "on white"],
)
def test_a_drawing_saved_anew_is_the_same_drawing(options, save):
    content = a_signature(**options)
    anew = save(content)

    assert anew != content
    assert hash_ink(anew) == hash_ink(content)


def test_two_drawings_differ():
    assert len({hash_ink(a_signature()) for _ in range(20)}) == 20


@pytest.mark.parametrize("picture", NO_SIGNATURES)
def test_what_is_no_signature_has_no_hash(picture):
    content, reason = NO_SIGNATURES[picture]

    with pytest.raises(NoSignature) as refusal:
        hash_ink(content)

    assert refusal.value.code == reason
