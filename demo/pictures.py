"""Draws the photos, signature and logo of the demo, so that it needs no files."""

import io
import math

from PIL import Image, ImageDraw


def photo(caption: str, colour: tuple[int, int, int]) -> bytes:
    """A JPEG of a window in a wall, 1600 x 1200."""
    image = Image.new("RGB", (1600, 1200), colour)
    draw = ImageDraw.Draw(image)
    draw.rectangle((400, 250, 1200, 950), fill=(220, 235, 245), outline=(250, 250, 250), width=30)
    draw.line((800, 250, 800, 950), fill=(250, 250, 250), width=30)
    draw.text((60, 1100), caption.encode("ascii", "replace").decode(), fill=(255, 255, 255))
    return _bytes(image, "JPEG")


def signature() -> bytes:
    """A PNG of a signature, 600 x 200, transparent."""
    image = Image.new("RGBA", (600, 200), (255, 255, 255, 0))
    points = [(x, 100 + 55 * math.sin(x / 24) * math.cos(x / 85)) for x in range(30, 560, 3)]
    ImageDraw.Draw(image).line(points, fill=(20, 30, 120, 255), width=5)
    return _bytes(image, "PNG")


def logo() -> bytes:
    """The demo company's logo, a window."""
    image = Image.new("RGB", (240, 240), (24, 92, 150))
    draw = ImageDraw.Draw(image)
    for box in ((40, 40, 112, 112), (128, 40, 200, 112), (40, 128, 112, 200), (128, 128, 200, 200)):
        draw.rectangle(box, fill=(240, 246, 250))
    return _bytes(image, "PNG")


def _bytes(image: Image.Image, fmt: str) -> bytes:
    out = io.BytesIO()
    image.save(out, fmt)
    return out.getvalue()
