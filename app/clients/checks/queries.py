"""All SQL about checks of contacts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, select, tuple_, update

from app.clients.checks.models import ContactCheck
from app.clients.records.models import Client, ClientContact
from app.clients.records.queries import IS_CLIENT
from app.core.phones import with_extension
from app.db.session import Session
from app.http.paging import cut_page, read_cursor


class ToCheck(NamedTuple):
    """A contact that nobody has confirmed for long."""

    id: UUID
    client_id: UUID
    name: str
    surname: str
    kind: str
    number: str
    extension: str
    confirmed_at: datetime

    @property
    def client_name(self) -> str:
        return f"{self.surname} {self.name}".strip()

    @property
    def value(self) -> str:
        return with_extension(self.number, self.extension)


LAST_CONFIRMED = (ClientContact.confirmed_at, ClientContact.id)


async def find_to_check(
    session: Session, company_id: UUID, *, before: datetime, cursor: str | None, limit: int
) -> tuple[Sequence[ToCheck], str | None]:
    """A page, the longest unconfirmed first. Cards of the archive and of suppliers are left out."""
    query = (
        select(
            ClientContact.id,
            Client.id,
            Client.name,
            Client.surname,
            ClientContact.kind,
            ClientContact.value,
            ClientContact.extension,
            ClientContact.confirmed_at,
        )
        .join(Client, Client.id == ClientContact.client_id)
        .where(
            Client.company_id == company_id,
            ClientContact.company_id == company_id,
            ClientContact.confirmed_at < before,
            Client.archived_at.is_(None),
            Client.merged_into.is_(None),
            IS_CLIENT,
        )
    )
    if cursor is not None:
        query = query.where(await _behind(session, company_id, read_cursor(cursor)))
    rows = await session.execute(query.order_by(*LAST_CONFIRMED).limit(limit + 1))
    return cut_page([ToCheck(*row) for row in rows], limit)


async def _behind(session: Session, company_id: UUID, contact_id: UUID) -> Any:
    """What stands behind this contact in the list. Behind one that is gone stands nothing."""
    place = await session.execute(
        select(*LAST_CONFIRMED).where(ClientContact.company_id == company_id, ClientContact.id == contact_id)
    )
    row = place.first()
    return tuple_(*LAST_CONFIRMED) > tuple_(*row) if row else ClientContact.id.is_(None)


async def note_confirmed(
    session: Session, company_id: UUID, contact_ids: Sequence[UUID], *, now: datetime
) -> None:
    """These contacts were confirmed now."""
    await session.execute(
        update(ClientContact)
        .where(ClientContact.company_id == company_id, ClientContact.id.in_(contact_ids))
        .values(confirmed_at=now)
    )


def select_checks(company_id: UUID, cards: Sequence[UUID]) -> Select[ContactCheck]:
    return select(ContactCheck).where(
        ContactCheck.company_id == company_id, ContactCheck.client_id.in_(cards)
    )
