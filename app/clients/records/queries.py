"""Which cards are of one client, and who has a phone or an e-mail. Other slices and modules build on these."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, any_, exists, func, literal, or_, select
from sqlalchemy.orm import aliased

from app.clients.records.models import Client, ClientContact, ClientMerge
from app.db.session import Session

ROOT = func.coalesce(Client.merged_into, Client.id)
"""The card that everybody works with: the survivor of a merged card, else the card itself."""


IS_CLIENT = or_(Client.is_buyer, Client.is_consumer)
"""Who only supplies is no client."""


def is_card_of(card_id: SQLColumnExpression[Any], company: Any) -> ColumnElement[bool]:
    """Joins `Client` to what names any card of his: the row of the surviving card."""
    card = aliased(Client)
    root = select(func.coalesce(card.merged_into, card.id)).where(
        card.company_id == company, card.id == card_id
    )
    return and_(Client.company_id == company, Client.id == root.scalar_subquery())


def of_client(card_id: SQLColumnExpression[Any], client: Any, company: Any) -> ColumnElement[bool]:
    """Whether a row is of this client, whichever of his cards it names. `client` may be any of them too."""
    card, asked = aliased(Client), aliased(Client)
    root = (
        select(func.coalesce(asked.merged_into, asked.id))
        .where(asked.company_id == company, asked.id == client)
        .scalar_subquery()
    )
    cards = select(card.id).where(card.company_id == company, or_(card.id == root, card.merged_into == root))
    return card_id == any_(func.array(cards.scalar_subquery()))


def still_holds(merge_id: SQLColumnExpression[UUID | None], company_id: Any) -> ColumnElement[bool]:
    """Whether what follows from this merge still counts: it does not once the merge is undone."""
    undone = exists().where(
        ClientMerge.company_id == company_id, ClientMerge.id == merge_id, ClientMerge.undone_at.is_not(None)
    )
    return ~undone


async def get_lang(session: Session, company_id: UUID, card_id: UUID) -> str:
    """The language of the client who has this card."""
    query = select(Client.lang).where(is_card_of(literal(card_id), company_id))
    return str((await session.scalars(query)).one())


async def lock_root(session: Session, company_id: UUID, card_id: UUID) -> UUID | None:
    """The surviving card of a client, so that until COMMIT it keeps its contacts and is merged into none. None: no
    such card."""
    while (root := (await find_roots(session, company_id, [card_id])).get(card_id)) is not None:
        query = select(Client.merged_into).where(Client.company_id == company_id, Client.id == root)
        if await session.scalar(query.with_for_update(key_share=True)) is None:
            break
    return root


async def find_roots(session: Session, company_id: UUID, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The surviving card of each of these cards. Unknown ids are left out."""
    query = select(Client.id, ROOT.label("root")).where(Client.company_id == company_id, Client.id.in_(ids))
    return {row.id: row.root for row in await session.execute(query)}


async def find_cards(session: Session, company_id: UUID, roots: Sequence[UUID]) -> dict[UUID, list[UUID]]:
    """All cards of each of these clients, by the surviving card, which comes first."""
    query = (
        select(ROOT, Client.id)
        .where(Client.company_id == company_id, or_(Client.id.in_(roots), Client.merged_into.in_(roots)))
        .order_by(Client.merged_into.is_not(None), Client.id)
    )
    found: dict[UUID, list[UUID]] = defaultdict(list)
    for root, card in await session.execute(query):
        found[root].append(card)
    return dict(found)


async def find_holders_of_value(session: Session, company_id: UUID, value: str) -> list[UUID]:
    """The surviving cards that have this phone, with any extension, or this e-mail."""
    query = select(ROOT).where(
        Client.company_id == company_id,
        Client.id == ClientContact.client_id,
        ClientContact.company_id == company_id,
        ClientContact.value == value,
    )
    return sorted(set(await session.scalars(query)))


async def find_contacts(session: Session, company_id: UUID, cards: Sequence[UUID]) -> Sequence[ClientContact]:
    """Every phone and e-mail of these cards, in the order in which they were given."""
    query = select(ClientContact).where(
        ClientContact.company_id == company_id, ClientContact.client_id.in_(cards)
    )
    return (await session.scalars(query.order_by(ClientContact.id))).all()
