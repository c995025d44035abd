"""How much of which material a job is expected to need."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from app.core.errors import DomainError, Invalid, NotFound
from app.core.quantities import fits_unit
from app.orders.materials.values import JobToSupply, MaterialFacts, Norm

Problem = dict[str, object]


class MaterialNotFound(NotFound):
    code = "material_not_found"


class MaterialCodeTaken(DomainError):
    """Reports name a material by its code, so a code is never used twice."""

    code = "material_code_taken"


class MaterialsRefused(Invalid):
    """A line names no material of the company, one twice, or half a piece."""

    code = "materials_refused"


def find_problems(
    lines: Sequence[tuple[UUID, Sequence[Decimal]]],
    known: Mapping[UUID, MaterialFacts],
    *,
    path: str,
    may_repeat: bool = False,
) -> list[Problem]:
    """What is wrong with lines of a material and its quantities. `path` is the name of their list."""
    problems: list[Problem] = []
    for index, (material_id, quantities) in enumerate(lines):
        material = known.get(material_id)
        where = f"{path}[{index}]"
        if material is None:
            problems.append({"path": f"{where}.material_id", "code": "material_unknown", "params": {}})
        elif not may_repeat and material_id in [earlier for earlier, _ in lines[:index]]:
            problems.append({"path": f"{where}.material_id", "code": "material_repeated", "params": {}})
        elif not all(fits_unit(quantity, material.unit) for quantity in quantities):
            problems.append({"path": where, "code": "material_not_whole", "params": {}})
    return problems


def hold_at(norms: Iterable[Norm], moment: datetime) -> list[Norm]:
    """The newest norm of each type and material at a moment, without those that ask for nothing."""
    newest = {
        (norm.job_type_id, norm.material_id): norm
        for norm in sorted(norms, key=lambda one: one.since)
        if norm.since <= moment
    }
    return [norm for norm in newest.values() if norm.per_job or norm.per_opening]


def new_norms(
    held: Sequence[Norm],
    given: Sequence[tuple[UUID, tuple[Decimal, Decimal]]],
    *,
    job_type_id: UUID,
    since: datetime,
) -> list[Norm]:
    """The norms that change. A material that is not given is not needed any more."""
    was = {norm.material_id: (norm.per_job, norm.per_opening) for norm in held}
    wanted = {**dict.fromkeys(was, (Decimal(0), Decimal(0))), **dict(given)}
    return [
        Norm(job_type_id, material_id, since, *quantities)
        for material_id, quantities in wanted.items()
        if quantities != was.get(material_id, (0, 0))
    ]


def expected_of_job(
    job: JobToSupply, norms: Iterable[Norm], by_hand: Mapping[UUID, Decimal], *, at: datetime
) -> dict[UUID, Decimal]:
    """By material: what somebody said of this job, else the norm of its type that held at this moment."""
    of_type = [norm for norm in norms if norm.job_type_id == job.job_type_id]
    by_norm = {one.material_id: one.per_job + one.per_opening * job.openings for one in hold_at(of_type, at)}
    return {material: quantity for material, quantity in by_norm.items() if quantity} | dict(by_hand)
