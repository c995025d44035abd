"""All SQL about territories."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from geoalchemy2 import WKTElement
from sqlalchemy import func, select, true

from app.core.places import SRID
from app.db.session import Session
from app.workforce.territories.models import Territory


class Area(NamedTuple):
    """A territory with its borders as GeoJSON."""

    id: UUID
    name: str
    version: int
    geojson: str


async def find_areas(session: Session, company_id: UUID, *, territory_id: UUID | None = None) -> list[Area]:
    """All territories of the company, or only `territory_id`."""
    query = (
        select(Territory.id, Territory.name, Territory.row_version, func.ST_AsGeoJSON(Territory.area))
        .where(Territory.company_id == company_id, Territory.id == territory_id if territory_id else true())
        .order_by(Territory.name, Territory.id)
    )
    return [Area(*row) for row in await session.execute(query)]


async def find_known_territories(session: Session, company_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    query = select(Territory.id).where(Territory.company_id == company_id, Territory.id.in_(ids))
    return set(await session.scalars(query))


async def get_territory(session: Session, company_id: UUID, territory_id: UUID) -> Territory | None:
    query = select(Territory).where(Territory.company_id == company_id, Territory.id == territory_id)
    return await session.scalar(query)


async def is_simple_polygon(session: Session, polygon: str) -> bool:
    """Whether the border does not cross itself or the holes."""
    return bool(await session.scalar(select(func.ST_IsValid(func.ST_GeomFromText(polygon, SRID)))))


def area_of(polygon: str) -> WKTElement:
    return WKTElement(polygon, srid=SRID)
