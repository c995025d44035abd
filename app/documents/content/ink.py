"""Finds the ink in the picture of a signature, whatever colours the phone draws with, and says what is no signature.

A drawing is what differs from its background. Where the picture is transparent its background is the paper: what
nobody could see there does not count, so white strokes on nothing are no ink. Strokes of any colour on a canvas of
any colour are printed dark on white, and only the part with ink, which is small enough to look at pixel by pixel.

The bytes that were sent stay as they are: they are the evidence. What is printed is made from them each time.
"""

import hashlib
import io
from typing import Any, NamedTuple

from PIL import Image, ImageChops, ImageFilter, ImageOps, ImageStat

PIXELS_MAX = 8_000_000
"""The largest phone screen. A file of a kilobyte can hold 50 million empty pixels."""
LOOKED_AT_PX = 1200
"""The longest side of the copy that is looked at and printed."""
CONTRAST_MIN = 40
"""How much of 255 a stroke differs from its background in one colour at least. Light grey on white still does."""
BACKGROUND_MIN = 0.5
"""A drawing leaves most of its canvas free."""
STROKES_MIN = 8
"""How many times as long as thick all strokes are together. A dot has 1, a short tick of a finger 15."""
BLOCK_FILL, BLOCK_THICKNESS = 0.5, 0.12
"""A bar fills the box around it and is thick for its canvas."""
LENGTH_MIN_PX, LENGTH_MIN = 20, 0.04
"""The longer side of the ink, in pixels and as a part of the canvas."""
FRAME = 0.03
"""The edge of a canvas may be drawn, so thick at most, as a part of its shorter side."""
MARGIN = 0.04
"""White around the ink, as a part of its longer side."""

WIDEST_MM, HIGHEST_MM = 60.0, 20.0
"""The place on paper."""
READABLE_MM = (30.0, 8.0)
"""Width and height a signature has at least, unless its shape does not allow it."""
COARSEST_PX_PER_MM = 4.0
"""A small drawing is not made larger than that, but as large as `READABLE_MM`."""


class NoSignature(Exception):
    """`code` says why: signature_blank, signature_too_small, not_a_drawing, not_an_image or
    signature_too_many_pixels."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


class PrintedDrawing(NamedTuple):
    png: bytes
    width_mm: float
    height_mm: float


def find_ink(content: bytes) -> Image.Image:
    """The ink of a signature, cut to its strokes: 255 where a stroke is, 0 where there is none.

    Raises:
        NoSignature: nothing is drawn, it cannot be seen on paper, or it is a dot, a block or a photo.
    """
    picture = _on_paper(content)
    cut = _cut_ink(picture)
    _check_shape(cut, canvas=picture.size)
    return _with_margin(cut)


def hash_ink(content: bytes) -> bytes:
    """SHA-256 of the strokes in black and white, in the pixels they were drawn with.

    It is the same on a larger canvas, with another background, and however the picture is packed.

    Raises:
        NoSignature: see `find_ink`.
    """
    found = find_ink(content)
    try:
        ink = _cut_ink(_on_paper(content, longest=PIXELS_MAX))
    except NoSignature:  # strokes only in the smaller copy
        ink = _cut(found)
    mask = _bold(ink).convert("1", dither=Image.Dither.NONE)
    return hashlib.sha256(b"%d %d " % mask.size + mask.tobytes()).digest()


def print_drawing(content: bytes) -> PrintedDrawing:
    """A signature for paper: its ink, dark on white, as large as the place and its pixels allow.

    One that could not be used today is printed as it is: it was taken before drawings were looked at.

    Raises:
        NoSignature: it cannot be decoded.
    """
    try:
        paper = ImageChops.invert(find_ink(content))
    except NoSignature:
        paper = _on_paper(content).convert("L")
    out = io.BytesIO()
    paper.save(out, "PNG")
    return PrintedDrawing(out.getvalue(), *_size_mm(*paper.size))


def _on_paper(content: bytes, *, longest: int = LOOKED_AT_PX) -> Image.Image:
    """The decoded picture as it looks on white paper, its longer side not longer than `longest` pixels."""
    try:
        with Image.open(io.BytesIO(content), formats=["PNG"]) as image:
            if image.width * image.height > PIXELS_MAX:
                raise NoSignature("signature_too_many_pixels")
            image.load()
            picture = _eight_bits(image).convert("RGBA")
            picture.thumbnail((longest, longest), Image.Resampling.BOX)
    except NoSignature:
        raise
    except Exception as error:  # decoders raise whatever broken data makes them raise
        raise NoSignature("not_an_image") from error
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 bits, which Pillow would cut off at 255."""
    return image.point(lambda value: value / 256).convert("L") if image.mode.startswith("I") else image


def _cut_ink(picture: Image.Image) -> Image.Image:
    """The ink within the edge of the canvas, if that is drawn, cut to its strokes.

    Raises:
        NoSignature: nothing is drawn, or more than strokes.
    """
    ink = _ink_of(picture)
    if _is_framed(ink):
        ink = _ink_of(_within_frame(picture))
        if _is_framed(ink):
            raise NoSignature("not_a_drawing")
    return _cut(ink)


def _ink_of(picture: Image.Image) -> Image.Image:
    return _strength(_contrast(picture))


def _is_framed(ink: Image.Image) -> bool:
    """Whether most of the picture's edge is ink: the edge of a canvas, or what is left around a block."""
    strokes = _bold(ink)
    inside = strokes.crop((1, 1, strokes.width - 1, strokes.height - 1))
    at_edge = strokes.histogram()[255] - inside.histogram()[255]
    return at_edge > strokes.width + strokes.height - 2


def _within_frame(picture: Image.Image) -> Image.Image:
    width = 1 + round(FRAME * min(picture.size))
    return picture.crop(
        (width, width, max(picture.width - width, width + 1), max(picture.height - width, width + 1))
    )


def _contrast(picture: Image.Image) -> Image.Image:
    """How much each pixel differs from the background, in the colour in which it differs most.

    Raises:
        NoSignature: most of it is no background.
    """
    alike = picture.point(lambda value: value & 0xE0)
    colours: Any = alike.getcolors(512) or [(0, (0, 0, 0))]  # typed as if it might be grey
    count, colour = max(colours)
    if count < BACKGROUND_MIN * picture.width * picture.height:
        raise NoSignature("not_a_drawing")
    is_background = _brightest(ImageChops.difference(alike, Image.new("RGB", alike.size, colour))).point(
        lambda value: 255 * (value == 0)
    )
    red, green, blue = (int(value) for value in ImageStat.Stat(picture, is_background).median)
    background = (red, green, blue)
    return _brightest(ImageChops.difference(picture, Image.new("RGB", picture.size, background)))


def _brightest(picture: Image.Image) -> Image.Image:
    red, green, blue = picture.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def _strength(contrast: Image.Image) -> Image.Image:
    """From contrast to ink: the strongest stroke is 255, soft edges stay soft, single pixels are left out.

    Raises:
        NoSignature: nothing can be seen.
    """
    levels = contrast.histogram()
    strongest = max(level for level in range(256) if levels[level])
    if strongest < CONTRAST_MIN:
        raise NoSignature("signature_blank")
    ink = contrast.point(lambda value: min(255, round(value * 255 / strongest)))
    strokes = ink.point(lambda value: 255 * (value > 127))
    # of the nine pixels around a pixel of a hairline three are ink, at its end two
    shares = ImageOps.crop(ImageOps.expand(strokes, border=1).filter(ImageFilter.BoxBlur(1)), border=1)
    in_company = shares.point(lambda value: 255 * (value >= 50))
    return ImageChops.multiply(ink, in_company.filter(ImageFilter.MaxFilter(3)))


def _cut(ink: Image.Image) -> Image.Image:
    box = _bold(ink).getbbox()
    if box is None:
        raise NoSignature("signature_too_small")
    return ink.crop(box)


def _bold(ink: Image.Image) -> Image.Image:
    return ink.point(lambda value: 255 * (value > 127))


def _check_shape(ink: Image.Image, *, canvas: tuple[int, int]) -> None:
    """Whether these are strokes.

    Raises:
        NoSignature: a dot, a block, or nothing but the line to sign on.
    """
    strokes = _bold(ink)
    longer = max(ink.size)
    if longer < max(LENGTH_MIN_PX, LENGTH_MIN * max(canvas)):
        raise NoSignature("signature_too_small")
    area = strokes.histogram()[255]
    thickness = _thickness(strokes)
    if area < STROKES_MIN * thickness * thickness:
        raise NoSignature("not_a_drawing")
    if min(ink.size) <= thickness + 1:  # drawn with a ruler: the line to sign on
        raise NoSignature("signature_blank")
    is_full = area > BLOCK_FILL * ink.width * ink.height
    if is_full and thickness > BLOCK_THICKNESS * min(canvas):
        raise NoSignature("not_a_drawing")


def _thickness(strokes: Image.Image) -> int:
    """Of the thickest stroke, in pixels: how often one pixel of each edge can be taken away."""
    around = Image.new("L", (strokes.width + 2, strokes.height + 2))
    around.paste(strokes, (1, 1))
    for taken in range(1, min(strokes.size) + 2):
        around = around.filter(ImageFilter.MinFilter(3))
        if around.getbbox() is None:
            return 2 * taken - 1
    return min(strokes.size)


def _with_margin(ink: Image.Image) -> Image.Image:
    margin = max(2, round(MARGIN * max(ink.size)))
    paper = Image.new("L", (ink.width + 2 * margin, ink.height + 2 * margin))
    paper.paste(ink, (margin, margin))
    return paper


def _size_mm(width_px: int, height_px: int) -> tuple[float, float]:
    """On paper, with the sides in the proportion they were drawn in."""
    largest = min(WIDEST_MM / width_px, HIGHEST_MM / height_px)
    readable = max(READABLE_MM[0] / width_px, READABLE_MM[1] / height_px)
    scale = min(largest, max(readable, 1 / COARSEST_PX_PER_MM))
    return round(width_px * scale, 2), round(height_px * scale, 2)
