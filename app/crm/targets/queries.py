"""All SQL about places where clients are looked for."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, exists, func, or_, select

from app.clients.tables import Site
from app.crm.facts.models import LifeFact
from app.crm.facts.values import FactKind
from app.crm.targets.models import TargetPlace
from app.db.session import Session

INSTALLATION = "installation"
"""The kind of a job after which the neighbours have something to look at."""


def select_targets(company_id: UUID, *, status: str | None, kind: str | None) -> Select[TargetPlace]:
    query = select(TargetPlace).where(TargetPlace.company_id == company_id)
    if status is not None:
        query = query.where(TargetPlace.status == status)
    return query if kind is None else query.where(TargetPlace.kind == kind)


async def get_target(
    session: Session, company_id: UUID, target_id: UUID, *, lock: bool = False
) -> TargetPlace | None:
    query = select(TargetPlace).where(TargetPlace.company_id == company_id, TargetPlace.id == target_id)
    return await session.scalar(query.with_for_update() if lock else query)


class Neighbours(NamedTuple):
    """An address at which the company has installed something, without a word of whose it is."""

    address: str
    entrance: str
    """Empty: nobody has written it down."""
    objects: int
    """So many flats or offices there have something of ours."""
    last_at: datetime


async def find_neighbours(session: Session, company_id: UUID, *, at_most: int) -> Sequence[Neighbours]:
    """Addresses of installations where nobody looks for clients yet, those with most objects first."""
    is_target = exists().where(
        TargetPlace.company_id == company_id,
        TargetPlace.address == Site.address,
        or_(TargetPlace.entrance == "", TargetPlace.entrance == Site.entrance),
    )
    query = (
        select(Site.address, Site.entrance, func.count(Site.id.distinct()), func.max(LifeFact.at))
        .join(LifeFact, LifeFact.site_id == Site.id)
        .where(
            Site.company_id == company_id,
            LifeFact.company_id == company_id,
            LifeFact.kind == FactKind.ACT_SIGNED.value,
            LifeFact.detail["job_kind"].astext == INSTALLATION,
            ~is_target,
        )
        .group_by(Site.address, Site.entrance)
        .order_by(func.count(Site.id.distinct()).desc(), func.max(LifeFact.at).desc(), Site.address)
        .limit(at_most)
    )
    return [Neighbours(*row) for row in await session.execute(query)]
