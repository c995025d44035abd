"""How wide the columns of a printed table are.

WeasyPrint could find that out by itself, but for 300 rows it takes a minute. Here the longest number or
word of a column is measured by the widths of DejaVu Sans, which is the widest font we print with: so
nothing runs into its neighbour whatever font there is.
"""

from collections.abc import Sequence
from typing import NamedTuple
from unicodedata import combining, east_asian_width

MM_PER_PT = 25.4 / 72
PADDING_MM = 1.6
"""On each side of a cell: `th, td` in paper.css."""
PAPER_MM = 177.0
"""Between the margins of the page."""
GROWING_MIN_MM = 50.0
SIZES_PT = (9.5, 8.5, 7.5, 6.5)
HEADING_PT = 8.0
BOLD = 1.12

NARROW = set(" \N{NO-BREAK SPACE}.,:;!|ilIjtf1'’()-")
WIDE = set("мшщжюыфМШЩЖЮЫФДmwMW№%@—₽")


class Column(NamedTuple):
    heading: str
    cells: Sequence[str] = ()
    """What never breaks: numbers, units. The column is as wide as the longest."""
    width_mm: float | None = None
    """For text that breaks anywhere."""
    grows: bool = False
    """Takes what the others leave. One column of each table."""


class Columns(NamedTuple):
    size_pt: float
    """Of the letters in the table: smaller ones when sums are long."""
    widths_mm: list[float | None]
    """None: what is left."""


def lay_columns(columns: Sequence[Column]) -> Columns:
    """The largest letters with which the growing column keeps `GROWING_MIN_MM`."""
    for size_pt in SIZES_PT:
        widths = [None if column.grows else _width_mm(column, size_pt) for column in columns]
        if PAPER_MM - sum(width or 0 for width in widths) >= GROWING_MIN_MM:
            break
    return Columns(size_pt, widths)


def _width_mm(column: Column, size_pt: float) -> float:
    heading = max((ems(word) for word in column.heading.split()), default=0) * HEADING_PT * BOLD
    longest = max((ems(cell) for cell in set(column.cells)), default=0) * size_pt
    needed = max(heading, longest) * MM_PER_PT + 2 * PADDING_MM
    return round(max(needed, column.width_mm or 0), 1)


def ems(written: str) -> float:
    """Width of a text in units of its size, rather too much than too little."""
    return sum(map(_em, written))


def _em(character: str) -> float:
    if combining(character):
        return 0
    if east_asian_width(character) in "WF":
        return 1.3
    return 0.4 if character in NARROW else 0.95 if character in WIDE else 0.66
