"""All SQL about consents, stops and wishes."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, ColumnElement, ScalarSelect, Select, Text, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.orm import aliased

from app.clients.consents.models import (
    ClientConsent,
    ClientConsentText,
    ClientPreference,
    ClientSettings,
    Suppression,
)
from app.clients.consents.policies import (
    ANY_CHANNEL,
    STOPPED,
    Decision,
    Facts,
    How,
    Purpose,
    Said,
    Standing,
    Wishes,
)
from app.clients.records.models import Client
from app.clients.records.queries import still_holds
from app.db.session import Session
from app.db.work import Work

PERMISSIONS = Path(__file__).with_name("permissions.sql").read_text(encoding="utf-8")
HOMES = Path(__file__).with_name("homes.sql").read_text(encoding="utf-8")


class Known(NamedTuple):
    """The facts about one question, and the day of the company."""

    facts: Facts
    today: date


async def find_facts(work: Work, pairs: Sequence[tuple[UUID, str]], *, now: datetime) -> list[Known]:
    """What is known about each client and value, in the order of `pairs`."""
    clients, values = [client for client, _ in pairs], [value for _, value in pairs]
    rows = await work.rows(PERMISSIONS, clients, values, now)
    return [
        Known(
            Facts(
                holds=row["holds"],
                said=[Said(*one) for one in row["said"]],
                wishes=Wishes(
                    frozenset(row["channels_off"]),
                    frozenset(row["themes_off"]),
                    row["per_month"],
                    row["not_before"],
                ),
                feedback_needs_consent=row["feedback_needs_consent"],
                is_client=row["is_client"],
            ),
            row["today"],
        )
        for row in rows
    ]


class Home(NamedTuple):
    """Where a client's objects are."""

    people: frozenset[UUID]
    """All clients of his addresses, and all his own cards."""
    timezone: str | None
    """Of the newest object whose zone is known."""


NOWHERE = Home(frozenset(), None)


async def find_homes(work: Work, clients: Sequence[UUID]) -> dict[UUID, Home]:
    """The homes of these clients."""
    rows = await work.rows(HOMES, list(clients))
    return {row["asked"]: Home(frozenset(row["people"]), row["timezone"]) for row in rows}


async def find_standing(session: Session, company_id: UUID, cards: Iterable[UUID]) -> list[Standing]:
    """What each of these cards says last, for each value, purpose and channel."""
    key = (ClientConsent.client_id, ClientConsent.value, ClientConsent.purpose, ClientConsent.channel)
    query = (
        select(
            ClientConsent.client_id,
            ClientConsent.contact_kind,
            ClientConsent.value,
            ClientConsent.purpose,
            ClientConsent.channel,
            ClientConsent.decision,
            ClientConsent.said_at,
        )
        .ext(distinct_on(*key))
        .where(
            ClientConsent.company_id == company_id,
            ClientConsent.client_id.in_(list(cards)),
            still_holds(ClientConsent.merge_id, company_id),
        )
        .order_by(*key, ClientConsent.said_at.desc(), ClientConsent.decision.desc())
    )
    return [Standing(*row) for row in await session.execute(query)]


def agrees(card_id: Any, company: Any) -> ColumnElement[bool]:
    """For queries of other modules: whether this card has a consent to be written to or called that stands."""
    granted, later = aliased(ClientConsent), aliased(ClientConsent)
    ended = exists().where(
        later.company_id == company,
        or_(later.client_id == granted.client_id, later.client_id == _survivor_of(card_id, company)),
        later.value == granted.value,
        later.purpose == granted.purpose,
        or_(later.channel == granted.channel, later.channel == ANY_CHANNEL),
        later.decision == Decision.WITHDRAWN,
        later.said_at >= granted.said_at,
        still_holds(later.merge_id, company),
    )
    return exists().where(
        granted.company_id == company,
        granted.client_id == card_id,
        granted.decision == Decision.GRANTED,
        granted.purpose == func.any(literal([str(one) for one in STOPPED], ARRAY(Text))),
        ~ended,
    )


def has_stopped(card_id: Any, company: Any) -> ColumnElement[bool]:
    """For queries of other modules: whether this client wants no advertising by any channel, and has not agreed since.

    What follows from a merge or from a contact that left the card is not his own word.
    """
    refused, later = aliased(ClientConsent), aliased(ClientConsent)
    agreed_since = exists().where(
        later.company_id == company,
        or_(later.client_id == refused.client_id, later.client_id == _survivor_of(card_id, company)),
        later.purpose == Purpose.MARKETING,
        later.decision == Decision.GRANTED,
        later.said_at > refused.said_at,
    )
    return exists().where(
        refused.company_id == company,
        refused.client_id == card_id,
        refused.purpose == Purpose.MARKETING,
        refused.channel == ANY_CHANNEL,
        refused.decision == Decision.WITHDRAWN,
        refused.how != How.CONTACT_REMOVED,
        refused.how != How.MERGED,
        ~agreed_since,
    )


def _survivor_of(card_id: Any, company: Any) -> ScalarSelect[Any]:
    """The card into which this one is merged. What is said of the client from then on stands with it."""
    card = aliased(Client)
    query = select(card.merged_into).where(card.company_id == company, card.id == card_id)
    return query.correlate_except(card).scalar_subquery()


def spoke_of_consent_at(card_id: Any, company: Any) -> ScalarSelect[Any]:
    """For queries of other modules: when a client last agreed or refused. Null: never."""
    entry = aliased(ClientConsent)
    last = select(func.max(entry.said_at)).where(entry.company_id == company, entry.client_id == card_id)
    return last.scalar_subquery()


def select_entries(company_id: UUID, cards: Sequence[UUID]) -> Select[ClientConsent]:
    """The whole ledger of a client, over all his cards."""
    return select(ClientConsent).where(
        ClientConsent.company_id == company_id, ClientConsent.client_id.in_(cards)
    )


async def find_texts(
    session: Session, company_id: UUID, *, purpose: str | None = None
) -> Sequence[ClientConsentText]:
    """Every version, by purpose, newest first."""
    query = select(ClientConsentText).where(ClientConsentText.company_id == company_id)
    if purpose is not None:
        query = query.where(ClientConsentText.purpose == purpose)
    order = query.order_by(ClientConsentText.purpose, ClientConsentText.version.desc())
    return (await session.scalars(order)).all()


async def get_text(session: Session, company_id: UUID, text_id: UUID) -> ClientConsentText | None:
    query = select(ClientConsentText).where(
        ClientConsentText.company_id == company_id, ClientConsentText.id == text_id
    )
    return await session.scalar(query)


async def find_stops(session: Session, company_id: UUID, digest: bytes) -> list[Suppression]:
    """Every stop of the owner of a value."""
    query = select(Suppression).where(Suppression.company_id == company_id, Suppression.digest == digest)
    return list(await session.scalars(query.order_by(Suppression.id)))


async def lock_value(session: Session, company_id: UUID, digest: bytes) -> None:
    """Until COMMIT nobody else stops this value or gives it to a card. So neither misses the other."""
    key = f"{company_id} contact {digest.hex()}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def get_preference(
    session: Session, company_id: UUID, client_id: UUID, *, lock: bool = False
) -> ClientPreference | None:
    query = select(ClientPreference).where(
        ClientPreference.company_id == company_id, ClientPreference.client_id == client_id
    )
    return await session.scalar(query.with_for_update() if lock else query)


async def get_settings(session: Session, company_id: UUID, *, lock: bool = False) -> ClientSettings | None:
    """What the company has decided. None: the defaults hold."""
    query = select(ClientSettings).where(ClientSettings.company_id == company_id)
    return await session.scalar(query.with_for_update() if lock else query)
