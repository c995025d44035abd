"""All SQL about recommenders."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Uuid, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from app.clients.tables import Client
from app.crm.sources.models import ClientSource, SourceTouch
from app.db.query import Query
from app.db.reader import Reader

COMPANY = bindparam("company", type_=Uuid)


class Recommended(NamedTuple):
    """A client with the source that has brought him: a person."""

    source_id: UUID
    name: str
    trust: int
    recommender_id: UUID | None
    """The client who recommends, by his surviving card."""
    worker_id: UUID | None
    client_id: UUID
    at: datetime


HIS_CARD = aliased(Client)
RECOMMENDER = (
    select(func.coalesce(HIS_CARD.merged_into, HIS_CARD.id))
    .where(HIS_CARD.company_id == COMPANY, HIS_CARD.id == ClientSource.client_id)
    .scalar_subquery()
)
RECOMMENDED = Query(
    select(
        ClientSource.id,
        ClientSource.name,
        ClientSource.trust,
        RECOMMENDER,
        ClientSource.worker_id,
        func.coalesce(Client.merged_into, Client.id),
        SourceTouch.at,
    )
    .select_from(ClientSource)
    .join(
        SourceTouch,
        and_(
            SourceTouch.company_id == ClientSource.company_id,
            SourceTouch.source_id == ClientSource.id,
            SourceTouch.is_first,
        ),
    )
    .join(Client, and_(Client.company_id == SourceTouch.company_id, Client.id == SourceTouch.client_id))
    .where(
        ClientSource.company_id == COMPANY,
        or_(ClientSource.client_id.is_not(None), ClientSource.worker_id.is_not(None)),
    )
    .order_by(ClientSource.id, SourceTouch.id),
    Recommended,
)


async def find_recommended(reader: Reader) -> list[Recommended]:
    """Everybody whom a person has recommended, by recommender."""
    return await reader.all(RECOMMENDED)
