"""The sheet as it is hashed (`core.canonical`): what the plant gets is byte for byte what was measured."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

OPENING_FIELDS = (
    "label",
    "room",
    "kind",
    "wall",
    "width_top_mm",
    "width_middle_mm",
    "width_bottom_mm",
    "height_left_mm",
    "height_middle_mm",
    "height_right_mm",
    "diagonal_1_mm",
    "diagonal_2_mm",
    "quarter_mm",
    "sill_mm",
    "slope_mm",
    "mosquito_net",
    "product",
    "comment",
    "checks",
)
"""What of an opening is on the sheet; its place is its place in the list."""


def sheet_content(
    *, job_id: UUID, version: int, measured_at: datetime, comment: str, openings: Sequence[object]
) -> dict[str, Any]:
    """The sheet of a version as plain data: strings, whole numbers, booleans and null; no floats."""
    return {
        "job_id": str(job_id),
        "version": version,
        "measured_at": measured_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "comment": comment,
        "openings": [{field: getattr(one, field) for field in OPENING_FIELDS} for one in openings],
    }
