"""A sheet as it is kept, and as it is hashed (`core.canonical`): the plant gets byte for byte what was measured."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import UUID


class StoredOpening(NamedTuple):
    """One opening of a sheet. Its position is its place in the list."""

    label: str
    room: str
    kind: str
    wall: str
    shape: str
    width_top_mm: int
    width_middle_mm: int
    width_bottom_mm: int
    height_left_mm: int
    height_middle_mm: int
    height_right_mm: int
    diagonal_1_mm: int
    diagonal_2_mm: int
    quarter_mm: int
    sill_mm: int | None
    slope_mm: int | None
    mosquito_net: bool
    product: str
    comment: str
    checks: list[dict[str, Any]]
    """What the rules noted, each with the reason given."""
    outline: dict[str, Any] | None = None
    """How it was measured if not by readings: see `outlines`."""
    photos: Sequence[dict[str, Any]] = ()
    """Sketches and photos of the tape: `{"attachment_id": …, "sha256": …, "purpose": …}`."""


OPENING_FIELDS = StoredOpening._fields
SENT_FIELDS = tuple(field for field in OPENING_FIELDS if field != "checks")
"""What somebody sends of an opening: all but `checks`."""


class StoredMeasurement(NamedTuple):
    """The row of a version. Field names are those of the table."""

    id: UUID
    job_id: UUID
    visit_id: UUID
    version: int
    author_id: UUID
    command_id: UUID | None
    comment: str
    content_hash: bytes
    measured_at: datetime
    received_at: datetime


class Sheet(NamedTuple):
    """A version with its openings in the order they were written down."""

    measurement: StoredMeasurement
    openings: Sequence[StoredOpening]
    locked_by: UUID | None = None
    """The production order that is made by this version."""


def sheet_content(
    *, job_id: UUID, version: int, measured_at: datetime, comment: str, openings: Sequence[object]
) -> dict[str, Any]:
    """The sheet of a version as plain data: strings, whole numbers, booleans and null; no floats.

    A rectangle, an outline that is not there, and no photos are not named, so that sheets from before there were such
    things have the same hash.
    """
    return {
        "job_id": str(job_id),
        "version": version,
        "measured_at": measured_at.astimezone(UTC).isoformat(timespec="microseconds"),
        "comment": comment,
        "openings": [_opening_content(one) for one in openings],
    }


def _opening_content(opening: object) -> dict[str, Any]:
    content = {field: getattr(opening, field) for field in OPENING_FIELDS}
    return {field: value for field, value in content.items() if not _is_unnamed(field, value)}


def _is_unnamed(field: str, value: Any) -> bool:
    match field:
        case "shape":
            return bool(value == "rectangle")
        case "outline":
            return value is None
        case "photos":
            return not value
        case _:
            return False
