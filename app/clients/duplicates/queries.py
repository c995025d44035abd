"""All SQL about cards that seem to be of one client."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Select, Text, func, select
from sqlalchemy.dialects.postgresql import aggregate_order_by, insert

from app.clients.duplicates.models import NotDuplicate
from app.clients.records.models import Client, ClientContact, Site
from app.db.session import Session
from app.db.work import Work

SUGGESTIONS = Path(__file__).with_name("suggestions.sql").read_text(encoding="utf-8")
NAMES_ALIKE = 0.5
"""Of all trigrams of two names, how many must be the same. Anna Kotova and Kotova A. are; two Annas are not."""


class Suggestion(NamedTuple):
    """Two cards that may be of one client, and why."""

    client_id: UUID
    other_id: UUID
    reasons: list[str]


async def find_suggestions(work: Work, cards: Sequence[UUID]) -> list[Suggestion]:
    """For each of these cards, others that may be of the same client."""
    rows = await work.rows(SUGGESTIONS, list(cards), NAMES_ALIKE)
    return [Suggestion(row["id"], row["other_id"], list(row["reasons"])) for row in rows]


class SuggestedCard(NamedTuple):
    """As much of a card as one needs to see whether it is of the same client."""

    id: UUID
    name: str
    contacts: list[str]
    addresses: list[str]
    created_at: datetime


async def find_cards(
    session: Session, company_id: UUID, suggested: Sequence[Suggestion]
) -> dict[UUID, SuggestedCard]:
    """The cards of these suggestions, by id."""
    ids = {card for one in suggested for card in (one.client_id, one.other_id)}
    if not ids:
        return {}
    contacts = (
        select(
            func.array_agg(
                aggregate_order_by(
                    ClientContact.value, ClientContact.kind.desc(), ClientContact.is_primary.desc()
                ),
                type_=ARRAY(Text),
            )
        )
        .where(ClientContact.company_id == company_id, ClientContact.client_id == Client.id)
        .correlate(Client)
        .scalar_subquery()
    )
    addresses = (
        select(func.array_agg(aggregate_order_by(Site.address, Site.id), type_=ARRAY(Text)))
        .where(Site.company_id == company_id, Site.client_id == Client.id, Site.archived_at.is_(None))
        .correlate(Client)
        .scalar_subquery()
    )
    query = select(Client.id, Client.surname, Client.name, contacts, addresses, Client.created_at).where(
        Client.company_id == company_id, Client.id.in_(ids)
    )
    rows = await session.execute(query)
    return {
        one: SuggestedCard(one, f"{surname} {name}".strip(), held or [], places or [], at)
        for one, surname, name, held, places, at in rows
    }


def select_cards(company_id: UUID) -> Select[Client]:
    """Cards that are nobody else's, to be looked at page by page."""
    return select(Client).where(
        Client.company_id == company_id, Client.merged_into.is_(None), Client.archived_at.is_(None)
    )


async def insert_not_duplicate(session: Session, row: dict[str, object]) -> None:
    """Twice is as good as once: the first reason stays."""
    await session.execute(insert(NotDuplicate).values(row).on_conflict_do_nothing())


async def find_not_duplicates(
    session: Session, company_id: UUID, cards: Sequence[UUID]
) -> Sequence[NotDuplicate]:
    """What was said of these cards."""
    query = select(NotDuplicate).where(
        NotDuplicate.company_id == company_id,
        NotDuplicate.first_id.in_(cards) | NotDuplicate.second_id.in_(cards),
    )
    return (await session.scalars(query.order_by(NotDuplicate.id))).all()
