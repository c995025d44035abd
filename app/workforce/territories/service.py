"""Parts of the map that workers are bound to."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.points import polygon_of
from app.db.session import Session
from app.workforce.territories import policies, queries
from app.workforce.territories.models import Territory
from app.workforce.territories.policies import Border


class TerritoryNotFound(NotFound):
    code = "territory_not_found"


class TerritoryInvalid(DomainError):
    """A border is open, crosses itself or goes round the Earth."""

    status = 422
    code = "territory_invalid"


async def create_territory(
    session: Session, scope: Scope, *, name: str, borders: Sequence[Border]
) -> Territory:
    """Create a territory from its borders.

    Raises:
        TerritoryInvalid: a border is open, crosses itself or goes round the Earth.
    """
    area = queries.area_of(await _checked_polygon(session, borders))
    territory = Territory(company_id=scope.company_id, id=uuid7(), name=name.strip(), area=area)
    session.add(territory)
    await session.flush()  # it is read back
    return territory


async def update_territory(
    session: Session, scope: Scope, *, territory: Territory, changes: dict[str, Any]
) -> None:
    """Change the name or the borders of a territory that the caller has read and checked.

    Raises:
        TerritoryInvalid: a border is open, crosses itself or goes round the Earth.
    """
    territory.name = changes.get("name", territory.name).strip()
    if "borders" in changes:
        territory.area = queries.area_of(await _checked_polygon(session, changes["borders"]))
    await session.flush()  # it is read back


async def _checked_polygon(session: Session, borders: Sequence[Border]) -> str:
    if not all(policies.is_closed(border) and not policies.spans_the_globe(border) for border in borders):
        raise TerritoryInvalid
    polygon = polygon_of(borders)
    if not await queries.is_simple_polygon(session, polygon):
        raise TerritoryInvalid
    return polygon


async def get_territory(session: Session, company_id: UUID, territory_id: UUID) -> Territory:
    """One territory.

    Raises:
        TerritoryNotFound: no such territory in this company.
    """
    territory = await queries.get_territory(session, company_id, territory_id)
    if territory is None:
        raise TerritoryNotFound(territory_id=territory_id)
    return territory


async def remove_territory(session: Session, scope: Scope, territory_id: UUID) -> None:
    """Remove a territory. A worker who has no other territory works everywhere from now on.

    Raises:
        TerritoryNotFound: no such territory in this company.
    """
    await session.delete(await get_territory(session, scope.company_id, territory_id))
