from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

import msgspec

from app.field.attachments.schemas import Sha256
from app.field.schemas import FieldCommand, check_device_time
from app.http.schemas import In, LongText, Moment, Out
from app.http.wording import ValueRefused
from app.orders.api import (
    SHAPE_OF,
    SIZE_FIELDS,
    PastSheet,
    Repeat,
    Rule,
    Sheet,
    StoredOpening,
    figure_of,
)

Millimetres = Annotated[int, msgspec.Meta(ge=0, le=100_000, description="Millimetres")]
Length = Annotated[int, msgspec.Meta(ge=1, le=100_000, description="Millimetres")]
Label = Annotated[str, msgspec.Meta(max_length=40, pattern=r"\S", description="Not empty")]
Short = Annotated[str, msgspec.Meta(max_length=200)]
Reason = Annotated[str, msgspec.Meta(max_length=500)]


Shape = Literal["rectangle", "trapezium", "triangle", "arch", "polygon"]
OUTLINES = ("corners", "fan", "triangle", "arch")


class CornerIn(In):
    """From the lower left corner of the box around the opening, seen from the room."""

    x_mm: Millimetres
    """To the right."""
    y_mm: Millimetres
    """Upwards."""


class FanIn(In):
    """A polygon measured by its sides, and by the diagonals from its lower left corner."""

    sides_mm: Annotated[list[Length], msgspec.Meta(min_length=4, max_length=20)]
    """In order: the level bottom from left to right, then up the right side, and on to the lower left corner."""
    diagonals_mm: Annotated[list[Length], msgspec.Meta(min_length=1, max_length=17)]
    """From the lower left corner to all corners that are not its neighbours, in the same order: three fewer than
    sides."""

    def __post_init__(self) -> None:
        if len(self.diagonals_mm) != (expected := len(self.sides_mm) - 3):
            raise ValueRefused("items_exactly", field="diagonals_mm", bound=expected)


class TriangleIn(In):
    """A triangle on a level base."""

    base_mm: Length
    left_mm: Length
    right_mm: Length
    height_mm: Length | None = None
    """If it was measured too: it must fit the sides."""


class ArchIn(In):
    """A part of a circle on two upright sides."""

    width_mm: Length
    left_mm: Millimetres
    """Height of the left side, up to where the curve begins. 0: the curve begins at the sill."""
    right_mm: Millimetres
    height_mm: Length
    """In the middle, from the sill to the top."""
    radius_mm: Length | None = None
    """If it was measured too: it must fit the other sizes."""


class OpeningPhotoIn(In):
    """A file of the same job that shows the opening. It is declared already; its bytes may come later."""

    attachment_id: UUID
    sha256: Sha256
    purpose: Literal["measurement", "sketch"] = "measurement"
    """As it was declared: a photo with the tape, or a sketch."""

    def __post_init__(self) -> None:
        self.sha256 = self.sha256.lower()


class OpeningIn(In):
    """One opening as measured: by its eight readings, or by its outline (`corners`, `fan`, `triangle` or `arch`)."""

    label: Label
    """The mark on the wall and on the drawing, e.g. `О-1`: the same opening has it in every version."""
    kind: Literal["window", "door", "balcony"]
    wall: Literal["brick", "panel", "monolith", "wood", "aerated", "other"]
    width_top_mm: Millimetres | None = None
    """This and the other readings are needed if there is no outline. With one they are computed, and those that are
    sent all the same must fit it."""
    width_middle_mm: Millimetres | None = None
    width_bottom_mm: Millimetres | None = None
    height_left_mm: Millimetres | None = None
    height_middle_mm: Millimetres | None = None
    height_right_mm: Millimetres | None = None
    diagonal_1_mm: Millimetres | None = None
    """Top left to bottom right."""
    diagonal_2_mm: Millimetres | None = None
    """Top right to bottom left."""
    shape: Shape = "rectangle"
    """Which readings should be equal. A triangle may have a width or a height of 0 at a corner; of an arch the heights
    are those at its sides, which may be 0, and in the middle. Other sizes of 0 are refused. For shapes other than
    rectangle and trapezium a diagonal of 0 was not measured."""
    corners: Annotated[list[CornerIn], msgspec.Meta(min_length=3, max_length=40)] | None = None
    """Outline of a polygon: its corners in order, either way round."""
    fan: FanIn | None = None
    """Outline of a polygon."""
    triangle: TriangleIn | None = None
    arch: ArchIn | None = None
    room: Short = ""
    quarter_mm: Millimetres = 0
    sill_mm: Millimetres | None = None
    """Projection of the window sill."""
    slope_mm: Millimetres | None = None
    """Depth of the reveal."""
    mosquito_net: bool = False
    product: Short = ""
    comment: Reason = ""
    photos: Annotated[list[OpeningPhotoIn], msgspec.Meta(max_length=20)] = []
    reasons: dict[Rule, Reason] = {}
    """Why it is as measured although a rule doubts it: `{"diagonal_difference": "кривой проём"}`."""

    def __post_init__(self) -> None:
        self.label = self.label.strip()
        outlines = [name for name in OUTLINES if getattr(self, name) is not None]
        if len(outlines) > 1 or any(SHAPE_OF[name] != self.shape for name in outlines):
            raise ValueRefused("outline_of_other_shape", field=outlines[-1], shape=self.shape)
        if not outlines:
            self._check_readings()

    def _check_readings(self) -> None:
        for field in SIZE_FIELDS:
            if getattr(self, field) is None:
                raise ValueRefused("field_missing", field=field)

    @property
    def outline(self) -> dict[str, Any] | None:
        """As it is kept: see `orders.measurements.outlines`."""
        if self.corners is not None:
            return {"corners": [[corner.x_mm, corner.y_mm] for corner in self.corners]}
        measured = {name: getattr(self, name) for name in OUTLINES if getattr(self, name) is not None}
        return msgspec.to_builtins(measured) or None


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
    seen_version: Annotated[int, msgspec.Meta(ge=1)] | None = None
    """The newest version when the caller read the sheet. If there is a newer one by now, nothing is written."""

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
    size: str | msgspec.UnsetType = msgspec.UNSET
    """The size that differs most, where the rule compares with an earlier sheet or with the outline."""
    was_mm: int | msgspec.UnsetType = msgspec.UNSET
    """What the earlier sheet or the outline has."""
    now_mm: int | msgspec.UnsetType = msgspec.UNSET


class OpeningPhotoOut(Out):
    attachment_id: UUID
    sha256: str
    purpose: str
    """measurement or sketch."""
    content_url: str
    """Path on this server. 404 until the file is uploaded."""

    @classmethod
    def of(cls, photo: Mapping[str, str]) -> Self:
        content_url = f"/api/v1/attachments/{photo['attachment_id']}/content"
        return msgspec.convert({**photo, "content_url": content_url}, cls)


class FigureOut(Out):
    """An opening as its outline makes it."""

    corners: list[CornerIn]
    """Of an arch those of its straight part: the lower ones and those where the curve begins."""
    area_mm2: int
    perimeter_mm: int

    @classmethod
    def of(cls, outline: Mapping[str, Any]) -> Self:
        figure = figure_of(outline)
        corners = [CornerIn(x_mm=x, y_mm=y) for x, y in figure.corners]
        return cls(corners=corners, area_mm2=figure.area_mm2, perimeter_mm=figure.perimeter_mm)


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
    corners: list[CornerIn] | None
    """As it was measured; so are `fan`, `triangle` and `arch`."""
    fan: FanIn | None
    triangle: TriangleIn | None
    arch: ArchIn | None
    figure: FigureOut | None
    """What is computed from the outline. Null: it was measured by readings."""
    photos: list[OpeningPhotoOut]

    @classmethod
    def of(cls, opening: StoredOpening) -> Self:
        outline = dict(opening.outline or {})
        if "corners" in outline:
            outline["corners"] = [{"x_mm": x, "y_mm": y} for x, y in outline["corners"]]
        more = {name: outline.get(name) for name in OUTLINES}
        figure = FigureOut.of(opening.outline) if opening.outline else None
        photos = [OpeningPhotoOut.of(photo) for photo in opening.photos]
        return msgspec.convert(
            opening._asdict() | more | {"figure": figure, "photos": photos}, cls, from_attributes=True
        )


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
            openings=[OpeningOut.of(opening) for opening in openings],
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


class DifferenceOut(ChangeOut, kw_only=True):
    """What two measurements say differently of an opening."""

    verdict: Literal["plausible", "look"]
    """plausible: two careful people can measure so differently, or it is no size. look: somebody should look."""
    off_mm: int | None
    """By how much a size is larger than in the earlier measurement."""


class RepeatOut(Out):
    """The last measurement of the same site at another visit, of whatever order and by whomever."""

    measurement_id: UUID
    job_id: UUID
    job_number: int
    version: int
    author_id: UUID
    author_name: str
    measured_at: datetime
    is_plausible: bool
    """Nothing is to be looked at."""
    differences: list[DifferenceOut]

    @classmethod
    def of(cls, repeat: Repeat, names: Mapping[UUID, str]) -> Self:
        earlier = repeat.earlier
        differences = [
            DifferenceOut(**one.change._asdict(), verdict=one.verdict.value, off_mm=one.off_mm)
            for one in repeat.differences
        ]
        return cls(
            measurement_id=earlier.measurement_id,
            job_id=earlier.job_id,
            job_number=earlier.job_number,
            version=earlier.version,
            author_id=earlier.author_id,
            author_name=names[earlier.author_id],
            measured_at=earlier.measured_at,
            is_plausible=all(one.verdict == "plausible" for one in differences),
            differences=differences,
        )


class SiteMeasurementOut(Out):
    """A version of a sheet in the history of a site."""

    measurement: MeasurementOut
    job_number: int
    order_id: UUID
    order_number: int
    author_name: str
    changes: list[ChangeOut]
    """Against the version before of the same job; empty for the first."""
    repeat: RepeatOut | None
    """How it compares with what was measured there before. Null: it was the first visit."""

    @classmethod
    def of(cls, past: PastSheet, names: Mapping[UUID, str]) -> Self:
        return cls(
            measurement=MeasurementOut.of(past.sheet),
            job_number=past.taken.job_number,
            order_id=past.taken.order_id,
            order_number=past.taken.order_number,
            author_name=names[past.taken.author_id],
            changes=[ChangeOut(**change._asdict()) for change in past.changes],
            repeat=RepeatOut.of(past.repeat, names) if past.repeat else None,
        )
