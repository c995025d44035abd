"""The sheet as it is hashed: what the plant gets is byte for byte what was measured."""

import hashlib
import json
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


def canonical_json(content: dict[str, Any]) -> bytes:
    """UTF-8, keys sorted by code point, no spaces, nothing escaped that need not be.

    >>> canonical_json({"b": 1, "a": "й"}).decode()
    '{"a":"й","b":1}'
    """
    return json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def content_hash(content: dict[str, Any]) -> bytes:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(canonical_json(content)).digest()
