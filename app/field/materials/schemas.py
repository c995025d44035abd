from datetime import datetime
from decimal import Decimal
from typing import Annotated, Self
from uuid import UUID

import msgspec

from app.core.quantities import number_of
from app.field.conflicts.schemas import ConflictOut
from app.field.materials.values import Compared, ComparedJob, SentCorrection, SentUse, Summed, Use
from app.field.schemas import FieldCommand
from app.http.schemas import In, Out, Quantity, read_quantity
from app.http.wording import ValueRefused
from app.orders.api import AnyQuantity, MaterialFacts

Reason = Annotated[str, msgspec.Meta(min_length=3, max_length=500, pattern=r"\S")]
LINES_MAX = 50


class UsedIn(In):
    """So much of a material was used."""

    material_id: UUID
    quantity: Quantity
    use_id: UUID | None = None
    """Made by the phone, so that a later command can correct this line while there is no network. Null: the server
    makes it."""

    def __post_init__(self) -> None:
        self.sent()

    def sent(self) -> SentUse:
        return SentUse(self.use_id, self.material_id, read_quantity(self.quantity))


class UseCorrectionIn(In):
    """It was really so much. Both stay in the history."""

    use_id: UUID
    """Of the line as it was first reported."""
    quantity: AnyQuantity
    """The right quantity. 0: none was used."""
    reason: Reason

    def __post_init__(self) -> None:
        self.sent()

    def sent(self) -> SentCorrection:
        return SentCorrection(self.use_id, read_quantity(self.quantity), self.reason.strip())


class ShownUseCorrectionIn(UseCorrectionIn, kw_only=True):
    """The office corrects a line."""

    base: AnyQuantity | None = None
    """What was shown of the line, after all corrections. If it has another quantity by now, nothing is written."""

    def sent(self) -> SentCorrection:
        shown = None if self.base is None else read_quantity(self.base)
        return super().sent()._replace(shown=shown)


class FieldUseCorrectionIn(ShownUseCorrectionIn, kw_only=True):
    """A worker corrects a line."""

    base: AnyQuantity | None = None
    """What the phone showed of the line, after all corrections. If the line has another quantity by now, nothing is
    overwritten: the answer lists it in `conflicts`, and a person decides. Without it whatever the office has corrected
    since the worker spoke of the line counts as not seen."""


Corrections = Annotated[list[FieldUseCorrectionIn], msgspec.Meta(max_length=LINES_MAX)]


class UseMaterials(FieldCommand, kw_only=True):
    """What was used since the last report. At least one line or correction."""

    lines: Annotated[list[UsedIn], msgspec.Meta(max_length=LINES_MAX)] = []
    corrections: Corrections = []

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.lines and not self.corrections:
            raise ValueRefused("items_least", field="lines", bound=1)


class CorrectMaterials(In):
    corrections: Annotated[list[ShownUseCorrectionIn], msgspec.Meta(min_length=1, max_length=LINES_MAX)]


class UseOut(Out):
    """A reported line, or a correction of one."""

    id: UUID
    visit_id: UUID | None
    material_id: UUID
    quantity: float
    """Of a correction what it adds, so the sum of all lines is what was used."""
    corrects_id: UUID | None
    reason: str
    author_id: UUID
    used_at: datetime
    received_at: datetime

    @classmethod
    def of(cls, use: Use) -> Self:
        values = use._asdict() | {"quantity": number_of(use.quantity)}
        del values["job_id"]
        return cls(**values)


def _named(material: MaterialFacts, lang: str) -> dict[str, object]:
    name = material.name_ru if lang == "ru" else material.name_en
    return {"material_id": material.id, "code": material.code, "name": name, "unit": material.unit}


class MaterialComparedOut(Out):
    """A material of a job: what was expected and what was used."""

    material_id: UUID
    code: str
    name: str
    """In the reader's language."""
    unit: str
    expected: float
    used: float
    difference: float
    """used - expected: positive if more was used."""

    @classmethod
    def of(cls, line: Compared, lang: str) -> Self:
        return msgspec.convert(
            _named(line.material, lang)
            | {
                "expected": number_of(line.expected),
                "used": number_of(line.used),
                "difference": number_of(line.difference),
            },
            cls,
        )


class JobMaterialsOut(Out):
    job_id: UUID
    job_number: int
    openings: int
    """Of the newest sheet of the order, for norms per opening."""
    items: list[MaterialComparedOut]

    @classmethod
    def of(cls, compared: ComparedJob, lang: str) -> Self:
        job = compared.job
        return cls(
            job_id=job.job_id,
            job_number=job.job_number,
            openings=job.openings,
            items=[MaterialComparedOut.of(line, lang) for line in compared.lines],
        )


class JobMaterialsOnPhoneOut(JobMaterialsOut, kw_only=True):
    """What a job is expected to need and what was used, as a phone keeps it."""

    id: UUID
    """That of the job."""
    uses: list[UseOut]
    """Everything that was reported and corrected, in the order of arrival: a worker corrects a line without network."""


class NamedUseOut(UseOut, kw_only=True):
    author_name: str

    @classmethod
    def named(cls, use: Use, author_name: str) -> Self:
        return cls(**msgspec.structs.asdict(UseOut.of(use)), author_name=author_name)


class JobMaterialsHistoryOut(JobMaterialsOut, kw_only=True):
    uses: list[NamedUseOut]
    """Everything that was reported and corrected, in the order of arrival."""


class MaterialsTakenOut(JobMaterialsHistoryOut, kw_only=True):
    """The materials of the job after a worker's report."""

    conflicts: list[ConflictOut]
    """Lines that the office has corrected too. They stay as they are until a person decides."""


class MaterialSumOut(Out):
    """A material over several jobs."""

    material_id: UUID
    code: str
    name: str
    unit: str
    jobs: int
    """In how many it was expected or used."""
    expected: float
    used: float
    over: float
    """What was used beyond the expectation, summed up job by job."""
    under: float
    """What was used less, summed up job by job."""

    @classmethod
    def of(cls, summed: Summed, lang: str) -> Self:
        amounts = {name: number_of(_amount(summed, name)) for name in ("expected", "used", "over", "under")}
        return msgspec.convert(_named(summed.material, lang) | {"jobs": summed.jobs} | amounts, cls)


def _amount(summed: Summed, name: str) -> Decimal:
    return Decimal(getattr(summed, name))


class OrderMaterialsOut(Out):
    order_id: UUID
    items: list[MaterialSumOut]
    """All jobs of the order together."""
    jobs: list[JobMaterialsOut]


class MaterialReportOut(Out):
    jobs: int
    """How many jobs were first reported in the period."""
    items: list[MaterialSumOut]
    """By code of the material."""


class MaterialJobOut(Out):
    """A job in the report of one material."""

    job_id: UUID
    job_number: int
    expected: float
    used: float
    difference: float

    @classmethod
    def of(cls, job_id: UUID, job_number: int, line: Compared) -> Self:
        return cls(
            job_id=job_id,
            job_number=job_number,
            expected=number_of(line.expected),
            used=number_of(line.used),
            difference=number_of(line.difference),
        )
