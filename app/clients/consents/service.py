"""What the office records about consents: texts, consents with their proof, wishes and the company's settings."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.clients.consents import queries
from app.clients.consents.models import ClientConsent, ClientConsentText, ClientPreference, ClientSettings
from app.clients.consents.policies import (
    CHANNELS_OF,
    Decision,
    How,
    Purpose,
    channels_for,
    lacks_proof,
)
from app.clients.consents.stops import Stop, lock_values, stop
from app.clients.records.queries import find_cards, find_contacts, find_roots, lock_root
from app.contracts.clients import ConsentChanged
from app.core.errors import DomainError, Invalid, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session


class CardNotFound(NotFound):
    code = "client_not_found"


class ContactNotOnCard(DomainError):
    """The client has no such phone or e-mail. Write it on his card first."""

    status = 422
    code = "contact_not_on_card"


class ConsentTextMissing(DomainError):
    """The company has published no text for this purpose, so nobody can have agreed to one."""

    code = "consent_text_missing"


class ConsentTextNotFound(NotFound):
    code = "consent_text_not_found"


class ConsentInvalid(Invalid):
    """It lacks its proof, was said in the future, or is for a channel that the contact does not have."""

    code = "consent_invalid"


class Consent(NamedTuple):
    """A client has agreed, and this proves it."""

    contact_kind: str
    value: str
    purposes: Sequence[Purpose]
    channels: Sequence[str]
    said_at: datetime
    how: How
    text_id: UUID | None
    came_from: str
    attachment_id: UUID | None
    note: str


async def get_root(session: Session, company_id: UUID, client_id: UUID) -> UUID:
    """The surviving card of a client.

    Raises:
        CardNotFound: no such client in this company.
    """
    roots = await find_roots(session, company_id, [client_id])
    if client_id not in roots:
        raise CardNotFound(client_id=client_id)
    return roots[client_id]


async def cards_of(session: Session, company_id: UUID, client_id: UUID) -> list[UUID]:
    """All cards of a client, the surviving one first, by any of them.

    Raises:
        CardNotFound: no such client in this company.
    """
    root = await get_root(session, company_id, client_id)
    return (await find_cards(session, company_id, [root]))[root]


async def publish_text(
    session: Session, scope: Scope, *, purpose: Purpose, text_ru: str, text_en: str
) -> ClientConsentText:
    """A new version of what clients agree to. Consents that were given keep the version they were given for."""
    earlier = await queries.find_texts(session, scope.company_id, purpose=purpose)
    text = ClientConsentText(
        company_id=scope.company_id,
        id=uuid7(),
        purpose=purpose,
        version=earlier[0].version + 1 if earlier else 1,
        text_ru=text_ru,
        text_en=text_en,
        published_by=scope.user_id,
    )
    session.add(text)
    await session.flush()
    return text


async def record_consent(
    session: Session, scope: Scope, *, client_id: UUID, consent: Consent, now: datetime
) -> None:
    """Keep what a client has agreed to, an entry for each purpose and channel.

    Raises:
        CardNotFound: no such client in this company.
        ContactNotOnCard: he has no such phone or e-mail.
        ConsentInvalid: the proof is missing, it was said in the future, or the channel does not fit the contact.
        ConsentTextMissing, ConsentTextNotFound: there is no text that he can have agreed to.
    """
    await agree(
        session, scope.company_id, client_id=client_id, consent=consent, recorded_by=scope.user_id, now=now
    )


async def agree(
    session: Session,
    company_id: UUID,
    *,
    client_id: UUID,
    consent: Consent,
    recorded_by: UUID | None,
    now: datetime,
) -> None:
    """Keep what a client has agreed to. `recorded_by` is None if he did it himself, on his page.

    Raises:
        CardNotFound, ContactNotOnCard, ConsentInvalid, ConsentTextMissing, ConsentTextNotFound: see `record_consent`.
    """
    root = await lock_root(session, company_id, client_id)
    if root is None:
        raise CardNotFound(client_id=client_id)
    _check(consent, now=now)
    await _check_contact(session, company_id, root, consent)
    for purpose in consent.purposes:
        text = await _text_for(session, company_id, purpose, consent.text_id)
        session.add_all(
            _granted(company_id, root, consent, purpose, channel, text.id, recorded_by)
            for channel in channels_for(purpose, consent.channels)
        )
    await session.flush()
    words = [str(purpose) for purpose in consent.purposes]
    event = ConsentChanged(client_id=root, decision=Decision.GRANTED, purposes=words, how=consent.how)
    await announce(session, company_id, event)


def _check(consent: Consent, *, now: datetime) -> None:
    lacking = lacks_proof(
        how=consent.how,
        came_from=consent.came_from,
        attachment_id=consent.attachment_id,
        note=consent.note,
    )
    wrong = [one for one in consent.channels if one not in CHANNELS_OF[consent.contact_kind]]
    if lacking:
        raise ConsentInvalid(errors=[{"path": lacking, "code": "consent_proof_missing"}])
    if consent.said_at > now:
        raise ConsentInvalid(errors=[{"path": "said_at", "code": "consent_in_future"}])
    if wrong:
        raise ConsentInvalid(errors=[{"path": "channels", "code": "consent_channel_wrong"}])


async def _check_contact(session: Session, company_id: UUID, root: UUID, consent: Consent) -> None:
    cards = (await find_cards(session, company_id, [root]))[root]
    held = await find_contacts(session, company_id, cards)
    if not any(one.kind == consent.contact_kind and one.value == consent.value for one in held):
        raise ContactNotOnCard


async def _text_for(
    session: Session, company_id: UUID, purpose: Purpose, text_id: UUID | None
) -> ClientConsentText:
    """The text with this id, which must be of the purpose; else the newest one."""
    texts = await queries.find_texts(session, company_id, purpose=purpose)
    if not texts:
        raise ConsentTextMissing(purpose=purpose)
    chosen = next((one for one in texts if text_id in (None, one.id)), None)
    if chosen is None:
        raise ConsentTextNotFound
    return chosen


def _granted(
    company_id: UUID,
    root: UUID,
    consent: Consent,
    purpose: Purpose,
    channel: str,
    text_id: UUID,
    recorded_by: UUID | None,
) -> ClientConsent:
    return ClientConsent(
        company_id=company_id,
        id=uuid7(),
        client_id=root,
        contact_kind=consent.contact_kind,
        value=consent.value,
        purpose=purpose,
        channel=channel,
        decision=Decision.GRANTED,
        said_at=consent.said_at,
        how=consent.how,
        text_id=text_id,
        came_from=consent.came_from,
        attachment_id=consent.attachment_id,
        note=consent.note,
        recorded_by=recorded_by,
    )


async def stop_client(
    session: Session,
    scope: Scope,
    *,
    client_id: UUID,
    value: str | None,
    purposes: Sequence[Purpose] | None,
    how: How,
    note: str,
    now: datetime,
) -> None:
    """A client has said that he wants no more messages: at one phone or e-mail, or with None at all of his.

    Raises:
        CardNotFound: no such client in this company.
        ContactNotOnCard: he has no such phone or e-mail.
    """
    cards = await cards_of(session, scope.company_id, client_id)
    held = {(one.kind, one.value) for one in await find_contacts(session, scope.company_id, cards)}
    wanted = {pair for pair in held if value in (None, pair[1])}
    if value is not None and not wanted:
        raise ContactNotOnCard
    await lock_values(session, scope.company_id, [one for _, one in wanted])
    for kind, one in sorted(wanted):
        said = Stop(kind, one, how, purposes, note=note, recorded_by=scope.user_id)
        await stop(session, scope.company_id, said, now=now)


async def get_preference(session: Session, company_id: UUID, client_id: UUID) -> ClientPreference:
    """How a client wants to hear from the company. He who has said nothing has no wishes.

    Raises:
        CardNotFound: no such client in this company.
    """
    root = await get_root(session, company_id, client_id)
    return await _preference(session, company_id, root)


async def _preference(session: Session, company_id: UUID, root: UUID) -> ClientPreference:
    known = await queries.get_preference(session, company_id, root, lock=True)
    return known or ClientPreference(
        company_id=company_id,
        client_id=root,
        channels_off=[],
        themes_off=[],
        per_month=None,
        not_before=None,
        row_version=0,
    )


async def set_preference(
    session: Session, company_id: UUID, *, client_id: UUID, wishes: dict[str, Any]
) -> ClientPreference:
    """Write what a client wants.

    Raises:
        CardNotFound: no such client in this company.
    """
    root = await get_root(session, company_id, client_id)
    known = await queries.get_preference(session, company_id, root, lock=True)
    row = known or ClientPreference(company_id=company_id, client_id=root)
    for name, value in wishes.items():
        setattr(row, name, value)
    session.add(row)
    await session.flush()
    return row


async def change_settings(session: Session, company_id: UUID, *, changes: dict[str, Any]) -> ClientSettings:
    """Change what the company has decided about its clients."""
    row = await queries.get_settings(session, company_id, lock=True)
    if row is None:
        row = ClientSettings(company_id=company_id)
        session.add(row)
    for name, value in changes.items():
        setattr(row, name, value)
    await session.flush()
    await session.refresh(row)
    return row
