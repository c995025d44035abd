"""Draws the photos, the signature and the logo of the demo, so that it needs no files."""

import io
import math

from PIL import Image, ImageDraw

SIZE = (960, 720)
FRAME = (250, 250, 250)


def photo(number: int) -> bytes:
    """A JPEG of a window in a wall. No two numbers give the same picture."""
    wall = (90 + number * 37 % 110, 90 + number * 53 % 100, 80 + number * 29 % 90)
    image = Image.new("RGB", SIZE, wall)
    draw = ImageDraw.Draw(image)
    left, right = 200 + number % 60, 760 - number % 45
    draw.rectangle((left, 130, right, 560), fill=(205, 225, 240), outline=FRAME, width=18)
    draw.line(((left + right) // 2, 130, (left + right) // 2, 560), fill=FRAME, width=18)
    draw.rectangle((left - 20, 560, right + 20, 590), fill=(235, 235, 230))
    draw.line((left + 40, 540, left + 160, 160), fill=(225, 238, 248), width=26)
    draw.text((24, 690), f"{number:05d}", fill=FRAME)
    return _bytes(image, "JPEG", quality=60)


def signature(number: int) -> bytes:
    """A PNG of a signature, 600 x 200, transparent. No two numbers give the same."""
    image = Image.new("RGBA", (600, 200), (255, 255, 255, 0))
    points = [(x, 100 + 55 * math.sin(x / 24 + number) * math.cos(x / 85)) for x in range(30, 560, 3)]
    ImageDraw.Draw(image).line(points, fill=(20, 30, 120, 255), width=5)
    return _bytes(image, "PNG")


def logo() -> bytes:
    """A window with four panes."""
    image = Image.new("RGB", (240, 240), (24, 92, 150))
    draw = ImageDraw.Draw(image)
    for box in ((40, 40, 112, 112), (128, 40, 200, 112), (40, 128, 112, 200), (128, 128, 200, 200)):
        draw.rectangle(box, fill=(240, 246, 250))
    return _bytes(image, "PNG")


def _bytes(image: Image.Image, fmt: str, **options: int) -> bytes:
    out = io.BytesIO()
    image.save(out, fmt, **options)
    return out.getvalue()
