"""All SQL about texts that come, and the links that stop messages."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Text, Uuid, and_, bindparam, func, literal, select, text
from sqlalchemy.dialects.postgresql import insert

from app.clients.inbound.models import InboundMessage, StopLink
from app.db.query import Query
from app.db.session import Session

COMPANY = bindparam("company", type_=Uuid)
PAIRS = (
    func.unnest(bindparam("clients", type_=ARRAY(Uuid)), bindparam("values", type_=ARRAY(Text)))
    .table_valued("client_id", "value", name="asked")
    .render_derived()
)
LINKS = Query(
    select(StopLink.client_id, StopLink.value, StopLink.code)
    .join(PAIRS, and_(PAIRS.c.client_id == StopLink.client_id, PAIRS.c.value == StopLink.value))
    .where(StopLink.company_id == COMPANY),
    lambda client, value, code: (client, value, code),
)
"""The codes that these clients have for these contacts."""


async def insert_message(session: Session, row: dict[str, object]) -> bool:
    """False when this text of the gateway has come before."""
    statement = insert(InboundMessage).values(row).on_conflict_do_nothing().returning(InboundMessage.id)
    return await session.scalar(statement) is not None


async def find_company_of_link(session: Session, code: str) -> UUID | None:
    """Of any company: the reader of a message has not signed in."""
    found: UUID | None = await session.scalar(text("SELECT find_company_of_stop_link(:code)"), {"code": code})
    return found


async def get_link(session: Session, company_id: UUID, code: str) -> StopLink | None:
    query = select(StopLink).where(StopLink.company_id == company_id, StopLink.code == code)
    return await session.scalar(query)


async def find_messages(
    session: Session, company_id: UUID, client_ids: Sequence[UUID]
) -> Sequence[InboundMessage]:
    """What these clients wrote, newest first."""
    query = select(InboundMessage).where(
        InboundMessage.company_id == company_id,
        InboundMessage.client_ids.bool_op("&&")(literal(list(client_ids), ARRAY(Uuid))),
    )
    return (await session.scalars(query.order_by(InboundMessage.id.desc()).limit(100))).all()
