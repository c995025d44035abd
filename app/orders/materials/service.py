"""The catalogue of materials, and what jobs are expected to need."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.core.scope import Scope
from app.db.session import Session, constraint_of
from app.db.work import Work, work_in
from app.orders.job_types.service import get_job_type
from app.orders.jobs.service import get_job
from app.orders.materials import policies, queries
from app.orders.materials.models import Material
from app.orders.materials.policies import MaterialCodeTaken, MaterialNotFound, MaterialsRefused
from app.orders.materials.values import JobToSupply, Norm

UNIQUE_CODE = "uq_material__company_id_code"


async def add_material(session: Session, scope: Scope, **values: Any) -> Material:
    """A new line of the catalogue.

    Raises:
        MaterialCodeTaken: the code is taken, perhaps by a material that is no longer used.
    """
    material = Material(company_id=scope.company_id, is_active=True, row_version=1, **values)
    try:
        async with session.begin_nested():
            session.add(material)
    except IntegrityError as error:
        if constraint_of(error) != UNIQUE_CODE:
            raise
        raise MaterialCodeTaken(material_code=values["code"]) from error
    return material


async def get_material(session: Session, scope: Scope, material_id: UUID, *, lock: bool = False) -> Material:
    """
    Raises:
        MaterialNotFound: no such material in this company.
    """
    material = await queries.get_material(session, scope, material_id, lock=lock)
    if material is None:
        raise MaterialNotFound
    return material


async def change_material(session: Session, material: Material, changes: dict[str, Any]) -> None:
    """Change a material that the caller has locked."""
    for field, value in changes.items():
        setattr(material, field, value)
    await session.flush()  # the answer names the new version


async def find_norms(session: Session, scope: Scope, job_type_id: UUID, *, now: datetime) -> list[Norm]:
    """What jobs of a type need by the norms that hold now.

    Raises:
        JobTypeNotFound: no such type in this company.
    """
    await get_job_type(session, scope.company_id, job_type_id)
    async with work_in(session, scope.company_id) as work:
        return policies.hold_at(await queries.find_norms(work, [job_type_id]), now)


async def set_norms(
    session: Session,
    scope: Scope,
    *,
    job_type_id: UUID,
    given: Sequence[tuple[UUID, tuple[Decimal, Decimal]]],
    now: datetime,
) -> None:
    """Say anew what jobs of a type need from now on. Jobs in which something was used already keep what held then.

    Raises:
        JobTypeNotFound: no such type in this company.
        MaterialsRefused: lists every problem with its path.
    """
    held = await find_norms(session, scope, job_type_id, now=now)
    known = await queries.find_materials(session, scope.company_id, [material for material, _ in given])
    if problems := policies.find_problems(given, known, path="items"):
        raise MaterialsRefused(errors=problems)
    new = policies.new_norms(held, given, job_type_id=job_type_id, since=now)
    await queries.add_norms(session, scope.company_id, new)


async def set_expected(
    session: Session,
    scope: Scope,
    *,
    job_id: UUID,
    given: Sequence[tuple[UUID, Decimal | None]],
    now: datetime,
) -> None:
    """Say what one job needs, whatever the norm is. None: the norm counts again.

    Raises:
        JobNotFound: no such job.
        MaterialsRefused: lists every problem with its path.
    """
    await get_job(session, scope, job_id)
    known = await queries.find_materials(session, scope.company_id, [material for material, _ in given])
    lines = [(material, [] if quantity is None else [quantity]) for material, quantity in given]
    if problems := policies.find_problems(lines, known, path="items"):
        raise MaterialsRefused(errors=problems)
    rows = [
        {
            "company_id": scope.company_id,
            "job_id": job_id,
            "material_id": material,
            "quantity": quantity,
            "set_by": scope.user_id,
            "set_at": now,
        }
        for material, quantity in given
        if quantity is not None
    ]
    await queries.set_by_hand(session, rows)
    cleared = [material for material, quantity in given if quantity is None]
    await queries.clear_by_hand(session, scope.company_id, job_id, cleared)


async def find_expected(
    work: Work, moments: Mapping[UUID, datetime]
) -> list[tuple[JobToSupply, dict[UUID, Decimal]]]:
    """What each of these jobs is expected to need, by the norms that held at its moment; by job number."""
    jobs = await queries.find_jobs_to_supply(work, moments)
    norms = await queries.find_norms(work, [job.job_type_id for job in jobs])
    by_hand = await queries.find_by_hand(work, moments)
    return [
        (job, policies.expected_of_job(job, norms, by_hand.get(job.job_id, {}), at=moments[job.job_id]))
        for job in jobs
    ]
