"""What the office does with cards of clients."""

from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.orm.attributes import flag_modified, set_committed_value

from app.clients.cards import queries
from app.clients.cards.contacts import give_contacts, values_of
from app.clients.cards.policies import (
    Birth,
    ClientInvalid,
    changed_birth,
    contradict,
    is_day_of_year,
    may_be_birthday,
)
from app.clients.cards.schemas import CreateClient
from app.clients.consents.stops import contacts_came, contacts_left
from app.clients.records.models import Client, Site
from app.contracts.clients import ClientRegistered, ContactsChanged, CounterpartyChanged
from app.core.errors import DomainError, NotFound
from app.core.folding import composed
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.identity.api import get_entered_company


class ClientNotFound(NotFound):
    code = "client_not_found"


class ClientArchived(DomainError):
    """The client is in the archive, so he gets no new sites and jobs. Restore him first."""

    code = "client_archived"


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
    await give_contacts(session, row, client.contacts, held=[], path=path, now=now)
    await announce(session, scope.company_id, ClientRegistered(client_id=row.id))
    await contacts_came(session, row.company_id, row.id, values_of(row.contacts))
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
        had = values_of(client.contacts)
        await give_contacts(session, client, contacts, held=client.contacts, path="", now=now)
        has = values_of(client.contacts)
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


async def get_client(session: Session, company_id: UUID, client_id: UUID) -> Client:
    """A card with its contacts.

    Raises:
        ClientNotFound: no such client in this company.
    """
    client = await queries.get_client(session, company_id, client_id)
    if client is None:
        raise ClientNotFound(client_id=client_id)
    return client


async def lock_client(session: Session, company_id: UUID, client_id: UUID) -> Client:
    """A card that gets no new jobs until COMMIT.

    Raises:
        ClientNotFound: no such client in this company.
    """
    client = await queries.lock_client(session, company_id, client_id, alone=True)
    if client is None:
        raise ClientNotFound(client_id=client_id)
    return client


async def set_archived(session: Session, card: Client | Site, archived_at: datetime | None) -> None:
    """Put a locked card into the archive, or take it out with None. Twice is as good as once."""
    if (card.archived_at is None) != (archived_at is None):
        card.archived_at = archived_at
        await session.flush()  # the answer carries the new version
