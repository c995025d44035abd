"""All SQL about what is given for a contact."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, func, select

from app.crm.magnets.models import LeadMagnet, MagnetExchange
from app.crm.statuses.models import ClientLife
from app.db.session import Session


async def get_magnet(
    session: Session, company_id: UUID, magnet_id: UUID, *, lock: bool = False
) -> LeadMagnet | None:
    query = select(LeadMagnet).where(LeadMagnet.company_id == company_id, LeadMagnet.id == magnet_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def get_exchange(
    session: Session, company_id: UUID, magnet_id: UUID, client_id: UUID
) -> MagnetExchange | None:
    query = select(MagnetExchange).where(
        MagnetExchange.company_id == company_id,
        MagnetExchange.magnet_id == magnet_id,
        MagnetExchange.client_id == client_id,
    )
    return await session.scalar(query)


def select_exchanges(company_id: UUID, magnet_id: UUID) -> Select[MagnetExchange]:
    return select(MagnetExchange).where(
        MagnetExchange.company_id == company_id, MagnetExchange.magnet_id == magnet_id
    )


class MagnetCount(NamedTuple):
    """A magnet with what it brought."""

    magnet: LeadMagnet
    contacts: int
    with_consent: int
    bought: int
    """Of these, those who have bought since for the first time."""


async def count_magnets(session: Session, company_id: UUID) -> Sequence[MagnetCount]:
    """Every magnet, the newest first."""
    life, given = ClientLife, MagnetExchange
    query = (
        select(
            LeadMagnet,
            func.count(given.id),
            func.count(given.id).filter(given.has_consent),
            func.count(given.id).filter(life.first_purchase_at >= given.at),
        )
        .outerjoin(given, and_(given.company_id == LeadMagnet.company_id, given.magnet_id == LeadMagnet.id))
        .outerjoin(life, and_(life.company_id == given.company_id, life.client_id == given.client_id))
        .where(LeadMagnet.company_id == company_id)
        .group_by(LeadMagnet.company_id, LeadMagnet.id)
        .order_by(LeadMagnet.id.desc())
    )
    return [MagnetCount(*row) for row in await session.execute(query)]
