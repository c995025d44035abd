"""Stops of the owner of a phone or an e-mail, and what follows when a contact comes to a card or leaves it.

A stop is of the value, not of a card: it holds on every card that has it, and on every card that gets it later.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from app.clients.consents import queries
from app.clients.consents.models import ClientConsent, Suppression
from app.clients.consents.policies import ANY_CHANNEL, Decision, How, Purpose, stopped_purposes
from app.clients.records.queries import find_cards, find_holders_of_value
from app.contracts.clients import ConsentChanged
from app.core.ids import uuid7
from app.db.outbox import announce
from app.db.session import Session, secret_of
from app.db.work import work_in
from app.identity.api import keyed_hash
from app.notifications.api import stop_messages_to

BEFORE_ALL = datetime.min.replace(tzinfo=UTC)


class Stop(NamedTuple):
    """Somebody wants no more messages at a phone or an e-mail."""

    contact_kind: str
    value: str
    how: How
    purposes: Sequence[Purpose] | None = None
    """None: all that a plain “stop” ends."""
    channel: str = ANY_CHANNEL
    came_from: str = ""
    note: str = ""
    recorded_by: UUID | None = None


def digest_of(session: Session, company_id: UUID, value: str) -> bytes:
    """What is kept of a value that nobody may be able to read back. Each company has others."""
    return keyed_hash(secret_of(session), "suppression", str(company_id), value)


async def lock_values(session: Session, company_id: UUID, values: Iterable[str]) -> None:
    """Until COMMIT nobody else stops these values or gives them to a card. Everybody takes them in one order, and
    before the rows of cards are locked so that no further row can name them."""
    with session.no_autoflush:
        for digest in sorted({digest_of(session, company_id, value) for value in values}):
            await queries.lock_value(session, company_id, digest)


async def stop(session: Session, company_id: UUID, said: Stop, *, now: datetime) -> list[UUID]:
    """Keep a stop. It holds at once: messages that wait for this value are taken back in this transaction.

    Returns the clients who have the value, by their surviving cards.
    """
    purposes = said.purposes or await _all_that_a_stop_ends(session, company_id)
    digest = digest_of(session, company_id, said.value)
    await lock_values(session, company_id, [said.value])
    session.add_all(
        Suppression(
            company_id=company_id,
            digest=digest,
            purpose=purpose,
            channel=said.channel,
            stopped_at=now,
            how=said.how,
        )
        for purpose in purposes
    )
    clients = await find_holders_of_value(session, company_id, said.value)
    cards = await find_cards(session, company_id, clients)
    for card in sorted(card for of_client in cards.values() for card in of_client):
        session.add_all(_withdrawn(company_id, card, said, purpose, now=now) for purpose in purposes)
    await session.flush()
    async with work_in(session, company_id) as work:
        await stop_messages_to(work, [said.value], legal_classes=list(purposes), reason="stop")
    await _announce(session, company_id, clients, purposes, said.how)
    return clients


async def _all_that_a_stop_ends(session: Session, company_id: UUID) -> list[Purpose]:
    settings = await queries.get_settings(session, company_id)
    return stopped_purposes(covers_feedback=settings is None or settings.stop_covers_feedback)


def _withdrawn(
    company_id: UUID, card_id: UUID, said: Stop, purpose: Purpose, *, now: datetime
) -> ClientConsent:
    return ClientConsent(
        company_id=company_id,
        id=uuid7(),
        client_id=card_id,
        contact_kind=said.contact_kind,
        value=said.value,
        purpose=purpose,
        channel=said.channel,
        decision=Decision.WITHDRAWN,
        said_at=now,
        how=said.how,
        came_from=said.came_from,
        note=said.note,
        recorded_by=said.recorded_by,
    )


async def _announce(
    session: Session, company_id: UUID, clients: Iterable[UUID], purposes: Sequence[Purpose], how: How
) -> None:
    words = [str(purpose) for purpose in purposes]
    events = [
        ConsentChanged(client_id=client, decision=Decision.WITHDRAWN, purposes=words, how=how)
        for client in clients
    ]
    if events:
        await announce(session, company_id, *events)


async def contacts_came(
    session: Session, company_id: UUID, card_id: UUID, came: Iterable[tuple[str, str]]
) -> None:
    """A card has got these contacts (kind and value). Stops of their owners hold for it from their own time on."""
    contacts = sorted(came)
    await lock_values(session, company_id, [value for _, value in contacts])
    found = []
    for kind, value in contacts:
        digest = digest_of(session, company_id, value)
        found += [(kind, value, one) for one in await queries.find_stops(session, company_id, digest)]
    if found:
        known = {
            (one.value, one.purpose, one.channel): one.said_at
            for one in await queries.find_standing(session, company_id, [card_id])
            if one.decision == Decision.WITHDRAWN
        }
        held = [
            _suppressed(company_id, card_id, kind, value, one)
            for kind, value, one in found
            if one.stopped_at > known.get((value, one.purpose, one.channel), BEFORE_ALL)
        ]
        session.add_all(held)
        if purposes := sorted({Purpose(one.purpose) for one in held}):
            await _announce(session, company_id, [card_id], purposes, How.SUPPRESSED)


def _suppressed(
    company_id: UUID, card_id: UUID, kind: str, value: str, stopped: Suppression
) -> ClientConsent:
    return ClientConsent(
        company_id=company_id,
        id=uuid7(),
        client_id=card_id,
        contact_kind=kind,
        value=value,
        purpose=stopped.purpose,
        channel=stopped.channel,
        decision=Decision.WITHDRAWN,
        said_at=stopped.stopped_at,
        how=How.SUPPRESSED,
    )


async def contacts_left(
    session: Session, company_id: UUID, root_id: UUID, left: Iterable[tuple[str, str]], *, now: datetime
) -> None:
    """A client no longer has these contacts. His consent for them ends: the next owner has not agreed to anything."""
    values = {value for _, value in left}
    if not values:
        return
    cards = (await find_cards(session, company_id, [root_id]))[root_id]
    standing = await queries.find_standing(session, company_id, cards)
    ended = [one for one in standing if one.value in values and one.decision == Decision.GRANTED]
    session.add_all(
        ClientConsent(
            company_id=company_id,
            id=uuid7(),
            client_id=one.client_id,
            contact_kind=one.contact_kind,
            value=one.value,
            purpose=one.purpose,
            channel=one.channel,
            decision=Decision.WITHDRAWN,
            said_at=max(now, one.said_at),
            how=How.CONTACT_REMOVED,
        )
        for one in ended
    )
    if ended:
        purposes = sorted({Purpose(one.purpose) for one in ended})
        await _announce(session, company_id, [root_id], purposes, How.CONTACT_REMOVED)
