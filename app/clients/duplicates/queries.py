"""All SQL about cards that seem to be of one client."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.dialects.postgresql import insert

from app.clients.duplicates.models import NotDuplicate
from app.clients.records.models import Client
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
