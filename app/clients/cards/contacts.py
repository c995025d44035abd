"""The phones and e-mails of a card: who holds them, and how a card is given others."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import IntegrityError

from app.clients.cards import queries
from app.clients.cards.policies import ClientInvalid, may_be_for_sms, normalise_contact
from app.clients.cards.schemas import ContactIn
from app.clients.consents.stops import lock_values
from app.clients.records.models import Client, ClientContact
from app.core.errors import DomainError
from app.core.ids import uuid7
from app.core.phones import normalise_phone, read_phones, split_extension
from app.core.scope import Scope
from app.db.session import Session, constraint_of

ONE_HOLDER = "uq_client_contact__value"

Key = tuple[str, str]
"""Kind and value of a contact, a phone with its extension."""


class PhoneBelongsToClient(DomainError):
    """Another card has this phone. Open that card, or mark the phone as `is_shared` if two people use it."""

    code = "phone_belongs_to_client"


class EmailBelongsToClient(DomainError):
    code = "email_belongs_to_client"


class ContactJustFreed(DomainError):
    """Another client gave up this contact at the same moment. Try again."""

    code = "conflict"


class PhoneIsShared(DomainError):
    """Several clients use this phone. Somebody must say which client is meant."""

    code = "phone_is_shared"


async def give_contacts(
    session: Session,
    client: Client,
    wanted: Sequence[ContactIn],
    *,
    held: Sequence[ClientContact],
    path: str,
    now: datetime,
) -> None:
    """Write the contacts of a card. Rows that do not change are not written again."""
    given: dict[Key, ContactIn] = {}
    for place, contact in enumerate(_each_for_itself(wanted)):
        value = normalise_contact(contact.kind, contact.value)
        if contact.is_for_sms and not may_be_for_sms(contact.kind, value):
            at = f"{path}contacts[{place}].is_for_sms"
            raise ClientInvalid(errors=[{"path": at, "code": "contact_takes_no_sms"}])
        given.setdefault((contact.kind, value), contact)
    company_id, client_id = client.company_id, client.id  # not readable after a refusal
    values = {split_extension(written)[0] for _, written in given} | {one.value for one in held}
    await lock_values(session, company_id, values)
    try:
        async with session.begin_nested():
            client.contacts = _rows(client, given, held, now)
            session.add(client)
    except IntegrityError as error:
        if constraint_of(error) != ONE_HOLDER:
            raise
        raise await _taken(session, company_id, client_id, list(given)) from error


def _each_for_itself(wanted: Sequence[ContactIn]) -> Iterator[ContactIn]:
    """Several numbers that somebody pasted into one field are several contacts."""
    for contact in wanted:
        phones = read_phones(contact.value) if contact.kind == "phone" else []
        if len(phones) < 2:
            yield contact
            continue
        for number, value in enumerate(phones):
            is_first = number == 0
            yield ContactIn(
                kind="phone",
                value=value,
                is_primary=contact.is_primary and is_first,
                is_shared=contact.is_shared,
                is_for_sms=contact.is_for_sms and is_first,
            )


def values_of(contacts: Sequence[ClientContact]) -> set[Key]:
    """What consents are kept for: a phone without its extension."""
    return {(one.kind, one.value) for one in contacts}


def _rows(
    client: Client, given: dict[Key, ContactIn], held: Sequence[ClientContact], now: datetime
) -> list[ClientContact]:
    kept = {(row.kind, row.written): row for row in held}
    rows = []
    for (kind, value), contact in given.items():
        row = kept.get((kind, value)) or _new_contact(client, kind, value, now)
        row.is_shared, row.is_for_sms = contact.is_shared, contact.is_for_sms
        row.is_primary = (kind, value) == _primary_of(kind, given)
        rows.append(row)
    return rows


def _new_contact(client: Client, kind: str, written: str, now: datetime) -> ClientContact:
    value, extension = split_extension(written)
    return ClientContact(
        company_id=client.company_id,
        id=uuid7(),
        kind=kind,
        value=value,
        extension=extension,
        confirmed_at=now,
    )


def _primary_of(kind: str, given: dict[Key, ContactIn]) -> Key:
    of_kind = [key for key in given if key[0] == kind]
    return next((key for key in of_kind if given[key].is_primary), of_kind[0])


async def _taken(session: Session, company_id: UUID, client_id: UUID, given: Sequence[Key]) -> DomainError:
    """The refusal for a contact that another client has. The constraint does not say which contact it is."""
    for kind, value in given:
        for holder in await queries.find_holders(session, company_id, kind=kind, value=value):
            if holder.client_id != client_id and not holder.is_shared:
                refusal = PhoneBelongsToClient if kind == "phone" else EmailBelongsToClient
                return refusal(client_id=holder.client_id)
    return ContactJustFreed()


async def find_client_by_phone(session: Session, scope: Scope, *, phone: str) -> UUID | None:
    """The client who has this phone. `phone` may be written in any usual way.

    Raises:
        PhoneIsShared: all clients who have it share it.
        PhoneInvalid: `phone` is no phone number.
    """
    holders = await queries.find_holders(
        session, scope.company_id, kind="phone", value=normalise_phone(phone)
    )
    if not holders:
        return None
    if holders[0].is_shared and len(holders) > 1:
        raise PhoneIsShared(client_ids=[str(holder.client_id) for holder in holders])
    return holders[0].client_id
