"""All SQL about portraits and traits."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from app.clients.tables import Site, of_client
from app.crm.portraits.models import CardTraits, Portrait, PortraitVersion
from app.db.session import Session
from app.workforce.tables import Territory


async def get_portrait(
    session: Session, company_id: UUID, portrait_id: UUID, *, lock: bool = False
) -> Portrait | None:
    query = select(Portrait).where(Portrait.company_id == company_id, Portrait.id == portrait_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def find_portraits(session: Session, company_id: UUID) -> Sequence[Portrait]:
    """Those that are in use, by name."""
    query = select(Portrait).where(Portrait.company_id == company_id, Portrait.archived_at.is_(None))
    return (await session.scalars(query.order_by(Portrait.name, Portrait.id))).all()


async def find_newest(
    session: Session, company_id: UUID, portrait_ids: Sequence[UUID]
) -> dict[UUID, PortraitVersion]:
    """What these portraits say now."""
    query = (
        select(PortraitVersion)
        .ext(distinct_on(PortraitVersion.portrait_id))
        .where(PortraitVersion.company_id == company_id, PortraitVersion.portrait_id.in_(portrait_ids))
        .order_by(PortraitVersion.portrait_id, PortraitVersion.version.desc())
    )
    return {one.portrait_id: one for one in await session.scalars(query)}


async def find_versions(session: Session, company_id: UUID, portrait_id: UUID) -> Sequence[PortraitVersion]:
    """The newest first."""
    query = select(PortraitVersion).where(
        PortraitVersion.company_id == company_id, PortraitVersion.portrait_id == portrait_id
    )
    return (await session.scalars(query.order_by(PortraitVersion.version.desc()))).all()


async def get_traits(
    session: Session, company_id: UUID, client_id: UUID, *, lock: bool = False
) -> CardTraits | None:
    query = select(CardTraits).where(CardTraits.company_id == company_id, CardTraits.client_id == client_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def find_territories(session: Session, company_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these ids that are territories of the company."""
    query = select(Territory.id).where(Territory.company_id == company_id, Territory.id.in_(ids))
    return set(await session.scalars(query))


async def find_areas(session: Session, company_id: UUID, client_id: UUID) -> frozenset[UUID] | None:
    """The territories in which sites of a client lie. None: he has no site."""
    query = (
        select(Territory.id)
        .select_from(Site)
        .outerjoin(
            Territory,
            and_(Territory.company_id == Site.company_id, func.ST_Covers(Territory.area, Site.point)),
        )
        .where(Site.company_id == company_id, of_client(Site.client_id, client_id, company_id))
    )
    found = (await session.scalars(query)).all()
    return frozenset(one for one in found if one is not None) if found else None
