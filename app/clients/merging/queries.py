"""All SQL about merging cards."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Select, Table, or_, select, update

from app.clients.records.models import Client, ClientContact, ClientMerge, Site
from app.db.card_changes import note_change
from app.db.session import Session


async def lock_cards(session: Session, company_id: UUID, ids: Sequence[UUID]) -> dict[UUID, Client]:
    """Lock cards in the order of their ids, so that two merges cannot wait for each other."""
    query = (
        select(Client)
        .where(Client.company_id == company_id, Client.id.in_(ids))
        .order_by(Client.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {card.id: card for card in await session.scalars(query)}


async def find_cards_into(session: Session, company_id: UUID, root: UUID) -> Sequence[UUID]:
    """The cards that are merged into one, to be locked with it."""
    query = select(Client.id).where(Client.company_id == company_id, Client.merged_into == root)
    return (await session.scalars(query)).all()


async def find_merged_into(session: Session, company_id: UUID, root: UUID) -> list[Client]:
    query = select(Client).where(Client.company_id == company_id, Client.merged_into == root)
    return list(await session.scalars(query.order_by(Client.id)))


async def find_contacts_of(
    session: Session, company_id: UUID, client_ids: Sequence[UUID]
) -> list[ClientContact]:
    """Contacts as they are in the database now."""
    query = (
        select(ClientContact)
        .where(ClientContact.company_id == company_id, ClientContact.client_id.in_(client_ids))
        .order_by(ClientContact.id)
        .execution_options(populate_existing=True)
    )
    return list(await session.scalars(query))


async def find_sites_of(session: Session, company_id: UUID, client_ids: Sequence[UUID]) -> list[Site]:
    query = select(Site).where(Site.company_id == company_id, Site.client_id.in_(client_ids))
    return list(await session.scalars(query.order_by(Site.id).execution_options(populate_existing=True)))


async def find_sites(session: Session, company_id: UUID, ids: Sequence[UUID]) -> list[Site]:
    query = select(Site).where(Site.company_id == company_id, Site.id.in_(ids))
    return list(await session.scalars(query.order_by(Site.id).execution_options(populate_existing=True)))


async def is_held_alone(session: Session, company_id: UUID, *, kind: str, value: str, extension: str) -> bool:
    """Whether some card has this contact for itself, not shared."""
    query = select(ClientContact.id).where(
        ClientContact.company_id == company_id,
        ClientContact.kind == kind,
        ClientContact.value == value,
        ClientContact.extension == extension,
        ClientContact.is_shared.is_(False),
    )
    return await session.scalar(query.limit(1)) is not None


async def get_merge(
    session: Session, company_id: UUID, merge_id: UUID, *, lock: bool = False
) -> ClientMerge | None:
    query = select(ClientMerge).where(ClientMerge.company_id == company_id, ClientMerge.id == merge_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def find_merges_of(session: Session, company_id: UUID, cards: Sequence[UUID]) -> list[ClientMerge]:
    """All merges of these cards, also those that were undone, the oldest first."""
    is_of_them = or_(ClientMerge.survivor_id.in_(cards), ClientMerge.merged_id.in_(cards))
    query = select(ClientMerge).where(ClientMerge.company_id == company_id, is_of_them)
    return list(await session.scalars(query.order_by(ClientMerge.merged_at, ClientMerge.id)))


def select_merges(company_id: UUID, *, client_id: UUID | None) -> Select[ClientMerge]:
    """Merges, those of one card if it is named."""
    query = select(ClientMerge).where(ClientMerge.company_id == company_id)
    if client_id is None:
        return query
    return query.where(or_(ClientMerge.survivor_id == client_id, ClientMerge.merged_id == client_id))


async def find_contact_ids(session: Session, company_id: UUID, ids: Sequence[UUID]) -> set[UUID]:
    """Those of these contacts that some card has."""
    query = select(ClientContact.id).where(ClientContact.company_id == company_id, ClientContact.id.in_(ids))
    return set(await session.scalars(query))


async def move_sites(
    session: Session, company_id: UUID, ids: Sequence[UUID], was: UUID, becomes: UUID
) -> None:
    """Give sites to another card of the same client. Their version stays: nobody has edited them."""
    if not ids:
        return
    sites = cast(Table, Site.__table__)  # not the mapped class, which would count the version up
    move = update(sites).where(Site.company_id == company_id, Site.id.in_(ids))
    await session.execute(move.values(client_id=becomes))
    for site_id in ids:
        note_change(session, "site", site_id, "client_id", was=was, now=becomes)
