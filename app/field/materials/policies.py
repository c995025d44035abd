"""What may be reported as used, and how it compares with what was expected."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from app.core.merging import Clash
from app.core.quantities import fits_unit, number_of
from app.dispatch.api import AT_WORK, REPORTED
from app.field.materials.values import (
    Compared,
    ComparedJob,
    SentCorrection,
    SentUse,
    Summed,
    Taken,
    Use,
    UsedInJob,
)
from app.orders.api import JobToSupply, MaterialFacts

Problem = dict[str, object]

MAY_REPORT = AT_WORK | REPORTED
"""On site, and afterwards: people count what is left when they load the van."""


QUANTITY = "quantity"
"""The field of a line that office and worker both correct."""


def quantities_now(uses: Iterable[Use]) -> dict[UUID, Decimal]:
    """What each reported line stands for after its corrections, by its first row."""
    now: dict[UUID, Decimal] = {}
    for use in uses:
        line = use.corrects_id or use.id
        now[line] = now.get(line, Decimal(0)) + use.quantity
    return now


def find_use_problems(lines: Sequence[SentUse], taken: Iterable[UUID]) -> list[Problem]:
    """Ids that a phone has given twice."""
    ids = [line.use_id for line in lines]
    seen = set(taken)
    return [
        _problem(f"lines[{index}].use_id", "use_id_taken")
        for index, use_id in enumerate(ids)
        if use_id is not None and (use_id in seen or use_id in ids[:index])
    ]


def find_correction_problems(
    corrections: Sequence[SentCorrection], uses: Sequence[Use], materials: Mapping[UUID, MaterialFacts]
) -> list[Problem]:
    """`uses` are those of the job."""
    first = {use.id: use for use in uses if use.corrects_id is None}
    problems = []
    for index, correction in enumerate(corrections):
        use = first.get(correction.use_id)
        earlier = [one.use_id for one in corrections[:index]]
        if use is None:
            problems.append(_problem(f"corrections[{index}].use_id", "use_unknown"))
        elif correction.use_id in earlier:
            problems.append(_problem(f"corrections[{index}].use_id", "use_corrected_twice"))
        elif not fits_unit(correction.quantity, materials[use.material_id].unit):
            problems.append(_problem(f"corrections[{index}].quantity", "material_not_whole"))
    return problems


def find_outdated(corrections: Sequence[SentCorrection], uses: Sequence[Use]) -> list[Problem]:
    """Corrections of the office that somebody has overtaken since it saw the lines."""
    stand = quantities_now(uses)
    return [
        _problem(f"corrections[{index}].base", "use_changed", quantity=number_of(stand[one.use_id]))
        for index, one in enumerate(corrections)
        if one.shown is not None and one.use_id in stand and one.shown != stand[one.use_id]
    ]


def take_corrections(corrections: Sequence[SentCorrection], uses: Sequence[Use], *, by: UUID) -> Taken:
    """Which corrections of a worker are written. Where he has not seen what the line is now, a person decides.

    `uses` are those of the job, in the order of arrival.
    """
    stand = quantities_now(uses)
    written, clashes = [], {}
    for one in corrections:
        now = stand[one.use_id]
        shown = one.shown if one.shown is not None else _likely_shown(one.use_id, uses, by)
        if shown == now:
            written.append(one)
        elif one.quantity != now:
            base, mine, theirs = number_of(shown), number_of(one.quantity), number_of(now)
            clashes[one.use_id] = [Clash(QUANTITY, base, mine, theirs)]
    return Taken(written, clashes)


def _likely_shown(line: UUID, uses: Sequence[Use], by: UUID) -> Decimal:
    """What the phone of a worker showed of a line if it does not say so: nothing that the office has corrected since
    he himself spoke of it."""
    rows = [use for use in uses if line in (use.id, use.corrects_id)]
    own = max((at for at, use in enumerate(rows) if use.author_id == by), default=0)
    return sum(
        (use.quantity for at, use in enumerate(rows) if at <= own or use.visit_id is not None), Decimal(0)
    )


def _problem(path: str, code: str, **params: Any) -> Problem:
    return {"path": path, "code": code, "params": params}


def compare_job(
    job: JobToSupply,
    expected: Mapping[UUID, Decimal],
    used: Mapping[UUID, Decimal],
    materials: Mapping[UUID, MaterialFacts],
) -> ComparedJob:
    """Every material that was expected or used; what was reported and then corrected to nothing too."""
    lines = [
        Compared(materials[one], expected.get(one, Decimal(0)), used.get(one, Decimal(0)))
        for one in {*expected, *used}
    ]
    return ComparedJob(job, sorted(lines, key=lambda line: line.material.code))


def used_by_job(rows: Iterable[UsedInJob]) -> dict[UUID, dict[UUID, Decimal]]:
    found: dict[UUID, dict[UUID, Decimal]] = {}
    for row in rows:
        found.setdefault(row.job_id, {})[row.material_id] = row.quantity
    return found


def sum_up(jobs: Iterable[ComparedJob]) -> list[Summed]:
    """Each material over all these jobs, by code. What one job has too much makes up for no other."""
    by_material: dict[MaterialFacts, list[Compared]] = {}
    for job in jobs:
        for line in job.lines:
            by_material.setdefault(line.material, []).append(line)
    return [
        _summed(material, by_material[material]) for material in sorted(by_material, key=lambda one: one.code)
    ]


def _summed(material: MaterialFacts, lines: Sequence[Compared]) -> Summed:
    zero = Decimal(0)
    return Summed(
        material,
        jobs=len(lines),
        expected=sum((line.expected for line in lines), zero),
        used=sum((line.used for line in lines), zero),
        over=sum((max(line.difference, zero) for line in lines), zero),
        under=sum((max(-line.difference, zero) for line in lines), zero),
    )
