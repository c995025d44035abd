from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

import msgspec

from app.field.schemas import FieldCommand, check_device_time
from app.http.schemas import In, LongText, Moment, Out
from app.orders.api import Rule, Sheet

Millimetres = Annotated[int, msgspec.Meta(ge=0, le=100_000, description="Millimetres")]
Label = Annotated[str, msgspec.Meta(max_length=40, pattern=r"\S", description="Not empty")]
Short = Annotated[str, msgspec.Meta(max_length=200)]
Reason = Annotated[str, msgspec.Meta(max_length=500)]


Shape = Literal["rectangle", "trapezium", "triangle", "arch", "polygon"]


class OpeningIn(In):
    """One opening as measured."""

    label: Label
    """The mark on the wall and on the drawing, e.g. `О-1`: the same opening has it in every version."""
    kind: Literal["window", "door", "balcony"]
    wall: Literal["brick", "panel", "monolith", "wood", "aerated", "other"]
    width_top_mm: Millimetres
    width_middle_mm: Millimetres
    width_bottom_mm: Millimetres
    height_left_mm: Millimetres
    height_middle_mm: Millimetres
    height_right_mm: Millimetres
    diagonal_1_mm: Millimetres
    """Top left to bottom right."""
    diagonal_2_mm: Millimetres
    """Top right to bottom left."""
    shape: Shape = "rectangle"
    """Which readings should be equal. A trapezium or triangle may have a width or a height of 0 at a corner; of an
    arch the heights are those at its sides and in the middle. For shapes other than rectangle and trapezium a
    diagonal of 0 was not measured."""
    room: Short = ""
    quarter_mm: Millimetres = 0
    sill_mm: Millimetres | None = None
    """Projection of the window sill."""
    slope_mm: Millimetres | None = None
    """Depth of the reveal."""
    mosquito_net: bool = False
    product: Short = ""
    comment: Reason = ""
    reasons: dict[Rule, Reason] = {}
    """Why it is as measured although a rule doubts it: `{"diagonal_difference": "кривой проём"}`."""

    def __post_init__(self) -> None:
        self.label = self.label.strip()


Openings = Annotated[list[OpeningIn], msgspec.Meta(min_length=1, max_length=60)]


class SubmitMeasurement(FieldCommand, kw_only=True):
    """A whole sheet: every version lists all openings."""

    openings: Openings
    comment: LongText = ""


class CorrectMeasurement(In):
    """A whole corrected sheet. It becomes the next version; nothing that was measured is changed."""

    openings: Openings
    comment: LongText = ""
    """What was wrong, for whoever compares the versions."""
    measured_at: Moment | None = None
    """When it was really measured; default: as the version that is corrected."""

    def __post_init__(self) -> None:
        if self.measured_at is not None:
            check_device_time(self.measured_at)


class CheckOut(Out):
    """A rule that doubted the opening; taken all the same."""

    rule: str
    weight: str
    """warn or needs_reason."""
    found_mm: int
    allowed_mm: int
    reason: str | None


class OpeningOut(Out):
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
    checks: list[CheckOut]


class MeasurementOut(Out):
    """One version of a sheet."""

    id: UUID
    job_id: UUID
    visit_id: UUID
    version: int
    """1, 2, … within the job."""
    author_id: UUID
    comment: str
    content_hash: str
    """SHA-256, hex, of the canonical JSON of the sheet. A rectangle has no `shape` in it, so that sheets from before
    there were shapes keep their hashes."""
    measured_at: datetime
    received_at: datetime
    openings: list[OpeningOut]
    locked_by: UUID | None
    """The production order that is being made by this version."""

    @classmethod
    def of(cls, sheet: Sheet) -> Self:
        measurement, openings, locked_by = sheet
        return cls(
            id=measurement.id,
            job_id=measurement.job_id,
            visit_id=measurement.visit_id,
            version=measurement.version,
            author_id=measurement.author_id,
            comment=measurement.comment,
            content_hash=measurement.content_hash.hex(),
            measured_at=measurement.measured_at,
            received_at=measurement.received_at,
            openings=[msgspec.convert(opening._asdict(), OpeningOut) for opening in openings],
            locked_by=locked_by,
        )


class ChangeOut(Out):
    """What a version says differently from the one before it."""

    label: str
    kind: Literal["added", "removed", "changed"]
    field: str | None = None
    was: Any = None
    now: Any = None


class MeasurementVersionOut(Out):
    measurement: MeasurementOut
    changes: list[ChangeOut]
    """Against the version before; empty for the first."""
