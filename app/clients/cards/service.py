"""What the office does with clients and their sites."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm.attributes import flag_modified, set_committed_value

from app.clients.cards import queries
from app.clients.cards.policies import (
    Birth,
    changed_birth,
    contradict,
    is_day_of_year,
    may_be_birthday,
    may_be_for_sms,
    normalise_contact,
)
from app.clients.cards.schemas import ContactIn, CreateClient, CreateSite
from app.clients.cards.zones import zone_at
from app.clients.consents.stops import contacts_came, contacts_left
from app.clients.records.models import Client, ClientContact, Site
from app.contracts.clients import ClientRegistered, ContactsChanged, CounterpartyChanged
from app.core.errors import DomainError, Invalid, NotFound
from app.core.folding import composed
from app.core.ids import uuid7
from app.core.merging import Clash, Values, merge
from app.core.phones import normalise_phone, read_phones, split_extension
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session, constraint_of
from app.http.schemas import Point
from app.identity.api import get_entered_company

ONE_HOLDER = "uq_client_contact__value"

Key = tuple[str, str]
"""Kind and value of a contact, a phone with its extension."""


class ClientNotFound(NotFound):
    code = "client_not_found"


class SiteNotFound(NotFound):
    code = "site_not_found"


class ClientArchived(DomainError):
    """The client is in the archive, so he gets no new sites and jobs. Restore him first."""

    code = "client_archived"


class SiteArchived(DomainError):
    code = "site_archived"


class PhoneBelongsToClient(DomainError):
    """Another card has this phone. Open that card, or mark the phone as `is_shared` if two people use it."""

    code = "phone_belongs_to_client"


class EmailBelongsToClient(DomainError):
    code = "email_belongs_to_client"


class ClientInvalid(Invalid):
    """The birthday is before 1900 or after today in the company's time zone, is no day of any year, or is not that of
    `born_on`; the card is of no kind of counterparty; or a contact that is marked for SMS cannot take any."""

    code = "client_invalid"


class ContactJustFreed(DomainError):
    """Another client gave up this contact at the same moment. Try again."""

    code = "conflict"


class PhoneIsShared(DomainError):
    """Several clients use this phone. Somebody must say which client is meant."""

    code = "phone_is_shared"


async def create_client(
    session: Session, scope: Scope, *, client: CreateClient, now: datetime, path: str = ""
) -> Client:
    """Open a card. `path` is the place of the client in the request, for errors.

    If two requests with the same phone come at once, the database refuses one of them.

    Raises:
        ClientInvalid: the birthday is not possible, or an e-mail or an extension is marked for SMS.
        PhoneBelongsToClient, EmailBelongsToClient: another client has it; `client_id` says which.
        PhoneInvalid, EmailInvalid: a contact is no phone or no e-mail.
    """
    said = {name: getattr(client, name) for name in Birth._fields if getattr(client, name) is not None}
    await _check_birth(session, scope, Birth(**said), now=now, path=path)
    _check_counterparty(client.is_buyer, client.is_supplier, client.is_consumer, path=path)
    birth = changed_birth(Birth(), said)
    row = Client(
        company_id=scope.company_id,
        id=uuid7(),
        kind=client.kind,
        name=composed(client.name),
        surname=composed(client.surname),
        inn=client.inn,
        born_on=birth.born_on,
        birthday=birth.birthday,
        is_buyer=client.is_buyer,
        is_supplier=client.is_supplier,
        is_consumer=client.is_consumer,
        lang=client.lang,
        source=client.source,
        comment=client.comment,
    )
    set_committed_value(row, "merged", [])
    await _give_contacts(session, row, client.contacts, held=[], path=path, now=now)
    await announce(session, scope.company_id, ClientRegistered(client_id=row.id))
    await contacts_came(session, row.company_id, row.id, _values_of(row.contacts))
    return row


async def update_client(
    session: Session, scope: Scope, *, client: Client, changes: dict[str, Any], now: datetime
) -> Client:
    """Change a card that the caller has read and checked. `contacts` replaces the whole list.

    Raises:
        ClientInvalid, PhoneBelongsToClient, EmailBelongsToClient, PhoneInvalid, EmailInvalid: as for a
            new card.
    """
    said = Birth(changes.get("born_on"), changes.get("birthday"))
    await _check_birth(session, scope, said, now=now, path="")
    changes |= changed_birth(Birth(client.born_on, client.birthday), changes)._asdict()
    was = _counterparty(client)
    contacts = changes.pop("contacts", None)
    for name, value in changes.items():
        setattr(client, name, composed(value) if name in ("name", "surname") else value)
    _check_counterparty(*_counterparty(client), path="")
    if _counterparty(client) != was:
        await announce(session, client.company_id, CounterpartyChanged(client_id=client.id))
    if contacts is not None:
        flag_modified(client, "name")  # a change of contacts needs a new version of the card
        had = _values_of(client.contacts)
        await _give_contacts(session, client, contacts, held=client.contacts, path="", now=now)
        has = _values_of(client.contacts)
        await contacts_came(session, client.company_id, client.id, has - had)
        await contacts_left(session, client.company_id, client.id, had - has, now=now)
        await announce(session, client.company_id, ContactsChanged(client_id=client.id))
    await session.flush()  # the answer carries the new version
    return client


def _counterparty(client: Client) -> tuple[bool, bool, bool]:
    return client.is_buyer, client.is_supplier, client.is_consumer


def _check_counterparty(*is_some_kind: bool, path: str) -> None:
    if not any(is_some_kind):
        raise ClientInvalid(errors=[{"path": f"{path}is_buyer", "code": "counterparty_missing"}])


async def _check_birth(session: Session, scope: Scope, said: Birth, *, now: datetime, path: str) -> None:
    if said.birthday is not None and not is_day_of_year(said.birthday):
        raise ClientInvalid(errors=[{"path": f"{path}birthday", "code": "birthday_not_there"}])
    if contradict(said):
        raise ClientInvalid(errors=[{"path": f"{path}birthday", "code": "birthday_contradicts"}])
    if said.born_on is None:
        return
    company = await get_entered_company(session, scope.company_id)
    today = now.astimezone(ZoneInfo(company.timezone)).date()
    if not may_be_birthday(said.born_on, today=today):
        raise ClientInvalid(errors=[{"path": f"{path}born_on", "code": "birthday_impossible"}])


async def _give_contacts(
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


def _values_of(contacts: Sequence[ClientContact]) -> set[Key]:
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


async def get_client(session: Session, company_id: UUID, client_id: UUID) -> Client:
    """A card with its contacts.

    Raises:
        ClientNotFound: no such client in this company.
    """
    client = await queries.get_client(session, company_id, client_id)
    if client is None:
        raise ClientNotFound(client_id=client_id)
    return client


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


async def create_site(session: Session, scope: Scope, *, client_id: UUID, site: CreateSite) -> Site:
    """Add a site to a client.

    Raises:
        ClientNotFound: no such client in this company.
        ClientArchived: he is in the archive.
    """
    client = await get_client(session, scope.company_id, client_id)
    if client.archived_at is not None:
        raise ClientArchived
    row = Site(
        company_id=scope.company_id,
        id=uuid7(),
        client_id=client.id,
        address=site.address.strip(),
        entrance=site.entrance,
        floor=site.floor,
        apartment=site.apartment,
        intercom=site.intercom,
        access_notes=site.access_notes,
    )
    _place(row, site.point)
    session.add(row)
    await session.flush()  # jobs and visits refer to it
    return row


async def update_site(session: Session, scope: Scope, *, site: Site, changes: dict[str, Any]) -> Site:
    """Change a site that the caller has read and checked."""
    point = changes.pop("point", None)
    for name, value in changes.items():
        setattr(site, name, value)
    if point is not None:
        _place(site, point)
    await session.flush()  # the answer carries the new version
    return site


async def merge_site(
    session: Session, company_id: UUID, site_id: UUID, *, base: Values, mine: Values
) -> tuple[Site, list[Clash]]:
    """Change a site by somebody who was shown `base` a while ago. What others changed too stays, as a clash.

    Raises:
        SiteNotFound: no such site in this company.
    """
    site = await lock_site(session, company_id, site_id)
    merged = merge(base, mine, {field: getattr(site, field) for field in mine})
    for field, value in merged.changed.items():
        setattr(site, field, value)
    await session.flush()  # the answer carries the new version
    return site, merged.clashes


def _place(site: Site, point: Point) -> None:
    """Put a site on the map. Its time zone follows from the point."""
    site.point = point.geography()
    site.timezone, site.zone_due_at = zone_at(point.place()), None


async def get_site(session: Session, company_id: UUID, site_id: UUID) -> Site:
    """One site.

    Raises:
        SiteNotFound: no such site in this company.
    """
    site = await queries.get_site(session, company_id, site_id)
    if site is None:
        raise SiteNotFound(site_id=site_id)
    return site


async def check_takes_jobs(session: Session, company_id: UUID, site: Site) -> None:
    """Refuse a new job at this site. Until COMMIT nobody can archive it or its client.

    Raises:
        ClientArchived, SiteArchived: it is in the archive.
    """
    client = await queries.lock_client(session, company_id, site.client_id, alone=False)
    locked = await queries.lock_site(session, company_id, site.id, alone=False)
    if client is None or client.archived_at is not None:
        raise ClientArchived
    if locked is None or locked.archived_at is not None:
        raise SiteArchived


async def lock_client(session: Session, company_id: UUID, client_id: UUID) -> Client:
    """A card that gets no new jobs until COMMIT.

    Raises:
        ClientNotFound: no such client in this company.
    """
    client = await queries.lock_client(session, company_id, client_id, alone=True)
    if client is None:
        raise ClientNotFound(client_id=client_id)
    return client


async def lock_site(session: Session, company_id: UUID, site_id: UUID) -> Site:
    """A site that gets no new jobs until COMMIT.

    Raises:
        SiteNotFound: no such site in this company.
    """
    site = await queries.lock_site(session, company_id, site_id, alone=True)
    if site is None:
        raise SiteNotFound(site_id=site_id)
    return site


async def set_archived(session: Session, card: Client | Site, archived_at: datetime | None) -> None:
    """Put a locked card into the archive, or take it out with None. Twice is as good as once."""
    if (card.archived_at is None) != (archived_at is None):
        card.archived_at = archived_at
        await session.flush()  # the answer carries the new version
