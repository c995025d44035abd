"""All SQL about materials and what jobs need of them."""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Select, Uuid, and_, any_, bindparam, delete, func, select, true
from sqlalchemy.dialects.postgresql import distinct_on, insert

from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.db.work import Work, work_in
from app.orders.jobs.models import Job
from app.orders.materials.models import JobMaterial, Material, MaterialNorm
from app.orders.materials.schemas import MaterialOut
from app.orders.materials.values import JobToSupply, MaterialFacts, Norm
from app.orders.measurements.models import Measurement, Opening

COMPANY = bindparam("company", type_=Uuid)
IDS = bindparam("ids", type_=ARRAY(Uuid))

FACTS = Query(
    select(*(getattr(Material, name) for name in MaterialFacts._fields)).where(
        Material.company_id == COMPANY, Material.id == any_(IDS)
    ),
    MaterialFacts,
)


def select_materials(scope: Scope, *, is_active: bool | None) -> Select[Material]:
    return select(Material).where(
        Material.company_id == scope.company_id,
        Material.is_active.is_(is_active) if is_active is not None else true(),
    )


async def get_material(
    session: Session, scope: Scope, material_id: UUID, *, lock: bool = False
) -> Material | None:
    query = select(Material).where(Material.company_id == scope.company_id, Material.id == material_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def find_materials(
    session: Session, company_id: UUID, ids: Iterable[UUID]
) -> dict[UUID, MaterialFacts]:
    async with work_in(session, company_id) as work:
        return await find_facts(work, ids)


async def find_facts(work: Work, ids: Iterable[UUID]) -> dict[UUID, MaterialFacts]:
    """The same for a `Work`."""
    return {one.id: one for one in await work.all(FACTS, ids=list(set(ids)))}


OFFERED = Query(
    select(
        *(
            getattr(Material, "row_version" if field == "version" else field)
            for field in MaterialOut.__struct_fields__
        )
    )
    .where(Material.company_id == COMPANY, Material.is_active)
    .order_by(Material.code),
    lambda *row: MaterialOut(**dict(zip(MaterialOut.__struct_fields__, row, strict=True))),
)


async def find_offered_materials(work: Work) -> list[MaterialOut]:
    """What workers can choose today, in one statement, for phones."""
    return await work.all(OFFERED)


NORMS = Query(
    select(*(getattr(MaterialNorm, name) for name in Norm._fields)).where(
        MaterialNorm.company_id == COMPANY, MaterialNorm.job_type_id == any_(IDS)
    ),
    Norm,
)


async def find_norms(work: Work, job_type_ids: Iterable[UUID]) -> list[Norm]:
    """All norms of these job types, also those that do not hold any more."""
    return await work.all(NORMS, ids=list(set(job_type_ids)))


def _jobs_to_supply() -> Select[*tuple[Any, ...]]:
    wanted = select(Job.order_id).where(Job.company_id == COMPANY, Job.id == any_(IDS))
    newest = (
        select(Job.company_id, Job.order_id, Measurement.id.label("measurement_id"))
        .ext(distinct_on(Job.order_id))
        .join(Measurement, and_(Measurement.company_id == Job.company_id, Measurement.job_id == Job.id))
        .where(Job.company_id == COMPANY, Job.order_id.in_(wanted))
        .order_by(Job.order_id, Measurement.received_at.desc(), Measurement.version.desc())
        .subquery("newest")
    )
    openings = (
        select(newest.c.company_id, newest.c.order_id, func.count().label("openings"))
        .join(
            Opening,
            and_(
                Opening.company_id == newest.c.company_id,
                Opening.measurement_id == newest.c.measurement_id,
            ),
        )
        .group_by(newest.c.company_id, newest.c.order_id)
        .subquery("openings")
    )
    return (
        select(Job.id, Job.number, Job.job_type_id, func.coalesce(openings.c.openings, 0))
        .outerjoin(
            openings, and_(openings.c.company_id == Job.company_id, openings.c.order_id == Job.order_id)
        )
        .where(Job.company_id == COMPANY, Job.id == any_(IDS))
        .order_by(Job.number)
    )


JOBS_TO_SUPPLY = Query(_jobs_to_supply(), JobToSupply)


async def find_jobs_to_supply(work: Work, job_ids: Iterable[UUID]) -> list[JobToSupply]:
    """These jobs with the number of openings that were measured last for their orders; by number."""
    return await work.all(JOBS_TO_SUPPLY, ids=list(job_ids))


def _by_hand(job_id: UUID, material_id: UUID, quantity: Decimal) -> tuple[UUID, UUID, Decimal]:
    return job_id, material_id, quantity


BY_HAND = Query(
    select(JobMaterial.job_id, JobMaterial.material_id, JobMaterial.quantity).where(
        JobMaterial.company_id == COMPANY, JobMaterial.job_id == any_(IDS)
    ),
    _by_hand,
)


async def find_by_hand(work: Work, job_ids: Iterable[UUID]) -> dict[UUID, dict[UUID, Decimal]]:
    """By job and material."""
    found: dict[UUID, dict[UUID, Decimal]] = {}
    for job_id, material_id, quantity in await work.all(BY_HAND, ids=list(job_ids)):
        found.setdefault(job_id, {})[material_id] = quantity
    return found


async def set_by_hand(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Say how much a job needs, in place of what was said before."""
    new = insert(JobMaterial)
    replaced = new.on_conflict_do_update(
        index_elements=[JobMaterial.company_id, JobMaterial.job_id, JobMaterial.material_id],
        set_={name: new.excluded[name] for name in ("quantity", "set_by", "set_at")},
    )
    if rows:
        await session.execute(replaced, list(rows))


async def clear_by_hand(
    session: Session, company_id: UUID, job_id: UUID, material_ids: Iterable[UUID]
) -> None:
    """Let the norm count again."""
    await session.execute(
        delete(JobMaterial).where(
            JobMaterial.company_id == company_id,
            JobMaterial.job_id == job_id,
            JobMaterial.material_id.in_(set(material_ids)),
        )
    )


async def add_norms(session: Session, company_id: UUID, norms: Sequence[Norm]) -> None:
    rows = [{"company_id": company_id, **norm._asdict()} for norm in norms]
    new = insert(MaterialNorm)
    again = new.on_conflict_do_update(
        index_elements=[
            MaterialNorm.company_id,
            MaterialNorm.job_type_id,
            MaterialNorm.material_id,
            MaterialNorm.since,
        ],
        set_={name: new.excluded[name] for name in ("per_job", "per_opening")},
    )
    if rows:
        await session.execute(again, rows)
