from uuid import UUID

import msgspec
from litestar import Router, get, patch, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import managers, office, workers
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.http.versions import IfMatch, check_version
from app.orders.job_types.service import JobTypeNotFound
from app.orders.materials import queries, service
from app.orders.materials.models import Material
from app.orders.materials.policies import MaterialCodeTaken, MaterialNotFound, MaterialsRefused
from app.orders.materials.schemas import (
    AddMaterial,
    ChangeMaterial,
    MaterialOut,
    NormsOut,
    SetMaterialNorms,
)


@post("/materials", operation_id="addMaterial", guards=[managers])
@refuses(MaterialCodeTaken)
@once
async def add_material(
    data: JSONBody[AddMaterial],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> MaterialOut:
    """Add a material to the catalogue."""
    return MaterialOut.of(await service.add_material(session, caller, **msgspec.structs.asdict(data)))


@get("/materials", operation_id="listMaterials", guards=[office])
async def list_materials(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    is_active: FromQuery[bool | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[MaterialOut]:
    """The catalogue, the newest material first."""
    return await _page(session, caller, is_active=is_active, cursor=cursor, limit=limit)


@get("/field/materials", operation_id="listFieldMaterials", guards=[workers])
async def list_field_materials(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[MaterialOut]:
    """What workers can choose today."""
    return await _page(session, caller, is_active=True, cursor=cursor, limit=limit)


async def _page(
    session: Session, caller: Scope, *, is_active: bool | None, cursor: str | None, limit: int
) -> Page[MaterialOut]:
    query = queries.select_materials(caller, is_active=is_active)
    items, next_cursor = await fetch_page(session, query, Material.id, cursor=cursor, limit=limit)
    return Page(items=[MaterialOut.of(item) for item in items], next_cursor=next_cursor)


@patch("/materials/{material_id:uuid}", operation_id="changeMaterial", guards=[managers])
@refuses(MaterialNotFound)
async def change_material(
    material_id: FromPath[UUID],
    data: JSONBody[ChangeMaterial],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> MaterialOut:
    """Change a name, or say that a material is not used any more. What was used stays."""
    material = await service.get_material(session, caller, material_id, lock=True)
    check_version(if_match, material.row_version)
    await service.change_material(session, material, data.changes())
    return MaterialOut.of(material)


@get("/job-types/{job_type_id:uuid}/materials", operation_id="getMaterialNorms", guards=[office])
@refuses(JobTypeNotFound)
async def get_material_norms(
    job_type_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> NormsOut:
    """What a job of this type needs, by code of the material."""
    norms = await service.find_norms(session, caller, job_type_id, now=clock.now())
    materials = await queries.find_materials(session, caller.company_id, [norm.material_id for norm in norms])
    return NormsOut.of(norms, materials)


@put("/job-types/{job_type_id:uuid}/materials", operation_id="setMaterialNorms", guards=[managers])
@refuses(JobTypeNotFound, MaterialsRefused)
async def set_material_norms(
    job_type_id: FromPath[UUID],
    data: JSONBody[SetMaterialNorms],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> NormsOut:
    """Say what jobs of this type need from now on: per job, and per opening that was measured for the order.

    Jobs in which something was used already keep what held when it was first reported.
    """
    given = [(item.material_id, item.quantities()) for item in data.items]
    now = clock.now()
    await service.set_norms(session, caller, job_type_id=job_type_id, given=given, now=now)
    norms = await service.find_norms(session, caller, job_type_id, now=now)
    materials = await queries.find_materials(session, caller.company_id, [norm.material_id for norm in norms])
    return NormsOut.of(norms, materials)


router = Router(
    "/",
    route_handlers=[
        add_material,
        list_materials,
        list_field_materials,
        change_material,
        get_material_norms,
        set_material_norms,
    ],
    tags=["dispatch: materials"],
)
