"""All SQL about clients, their contacts and sites."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    BindParameter,
    ColumnElement,
    ScalarSelect,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    false,
    func,
    literal,
    or_,
    select,
    true,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.orm import aliased, selectinload

from app.clients.cards.policies import TAIL_MIN, Search
from app.clients.cards.values import OWN_FIELDS
from app.clients.records.models import Client, ClientContact, Site
from app.clients.records.policies import may_see_phones
from app.clients.records.queries import IS_CLIENT
from app.core.phones import split_extension
from app.core.places import Place
from app.core.scope import Scope
from app.db.points import place_of
from app.db.session import Session
from app.http.paging import cut_page, read_cursor

WHOLE = (selectinload(Client.contacts), selectinload(Client.merged))
"""What a card is shown with."""


async def get_client(session: Session, company_id: UUID, client_id: UUID) -> Client | None:
    """The surviving card of this client."""
    query = select(Client).where(_is_root_of(company_id, [client_id])).options(*WHOLE)
    return await session.scalar(query)


async def find_clients(session: Session, company_id: UUID, ids: Sequence[UUID]) -> Sequence[Client]:
    """The surviving cards of these clients."""
    query = select(Client).where(_is_root_of(company_id, ids)).options(*WHOLE)
    return (await session.scalars(query)).all()


def _is_root_of(company_id: UUID, ids: Sequence[UUID]) -> ColumnElement[bool]:
    card = aliased(Client)
    roots = select(func.coalesce(card.merged_into, card.id)).where(
        card.company_id == company_id, card.id.in_(ids)
    )
    return and_(Client.company_id == company_id, Client.id.in_(roots))


COUNTERPARTIES: dict[str, ColumnElement[bool]] = {
    "buyer": Client.is_buyer.is_(True),
    "supplier": Client.is_supplier.is_(True),
    "consumer": Client.is_consumer.is_(True),
}


async def find_greeted(
    session: Session, company_id: UUID, birthdays: Sequence[str], *, cursor: str | None, limit: int
) -> tuple[Sequence[Client], str | None]:
    """A page of clients with these birthdays, in the order of the birthdays and then of the cards.

    Those of the archive and of merged cards are left out, and suppliers.
    """
    place = func.array_position(literal(list(birthdays), ARRAY(Text)), Client.birthday)
    query = (
        select(Client)
        .where(
            Client.company_id == company_id,
            Client.birthday.in_(birthdays),
            Client.merged_into.is_(None),
            Client.archived_at.is_(None),
            IS_CLIENT,
        )
        .options(*WHOLE)
    )
    if cursor is not None:
        last = aliased(Client)
        reached = (
            select(func.array_position(literal(list(birthdays), ARRAY(Text)), last.birthday), last.id)
            .where(last.company_id == company_id, last.id == read_cursor(cursor))
            .scalar_subquery()
        )
        query = query.where(tuple_(place, Client.id) > reached)
    rows = await session.scalars(query.order_by(place, Client.id).limit(limit + 1))
    return cut_page(rows.all(), limit)


def select_clients(
    scope: Scope, search: Search, *, is_archived: bool, counterparty: str | None = None
) -> Select[Client]:
    """Clients of the company that match the search, either those in the archive or all others.

    A person who may not see phones cannot search by them. Otherwise he could find out a number digit
    by digit.
    """
    conditions = matches(scope, search)
    if counterparty is not None:
        conditions.append(COUNTERPARTIES[counterparty])
    return (
        select(Client)
        .where(
            Client.company_id == scope.company_id,
            Client.merged_into.is_(None),
            _in_archive(Client, is_archived),
            *conditions,
        )
        .options(*WHOLE)
    )


def matches(scope: Scope, search: Search) -> list[ColumnElement[bool]]:
    """What the surviving card of a client must be to match the search. See `select_clients` for who may search by
    phones."""
    conditions = [or_(_is_called(scope, word), _lives_at(scope, word)) for word in search.words]
    if search.digits is not None:
        by_phone = Client.id.in_(_holders_of_phone(scope, search)) if may_see_phones(scope) else false()
        conditions.append(or_(Client.inn == search.digits, by_phone))
    if search.email is not None:
        conditions.append(Client.id.in_(_holders_of_email(scope, search.email)))
    return conditions


def _is_called(scope: Scope, word: str) -> ColumnElement[bool]:
    """Also by the name on a card that is merged into his."""
    card = aliased(Client)
    called = select(func.coalesce(card.merged_into, card.id)).where(
        card.company_id == scope.company_id, card.folded_name.icontains(word, autoescape=True)
    )
    return Client.id.in_(called)


def _lives_at(scope: Scope, word: str) -> ColumnElement[bool]:
    """By the address of a site. Sites move to the surviving card when cards are merged."""
    there = select(Site.client_id).where(
        Site.company_id == scope.company_id, Site.folded_address.icontains(word, autoescape=True)
    )
    return Client.id.in_(there)


def _in_archive(card: type[Client] | type[Site], is_archived: bool) -> ColumnElement[bool]:
    return card.archived_at.is_not(None) if is_archived else card.archived_at.is_(None)


def _holders_of_phone(scope: Scope, search: Search) -> Select[UUID]:
    """Find clients by the end or the beginning of a phone. One index finds the last four digits, and only then are the
    others compared; another finds the beginning, because numbers that begin alike stand side by side in it."""
    digits = search.digits or ""
    found = and_(ClientContact.tail == digits[-TAIL_MIN:], ClientContact.value.endswith(digits))
    if search.begins is not None:
        behind = f"+{int(search.begins) + 1}"
        found = or_(found, and_(ClientContact.value >= search.begins, ClientContact.value < behind))
    return select(ClientContact.client_id).where(
        ClientContact.company_id == scope.company_id,
        ClientContact.kind == "phone",
        found,
        ClientContact.extension == search.extension if search.extension else true(),
    )


def _holders_of_email(scope: Scope, email: str) -> Select[UUID]:
    return select(ClientContact.client_id).where(
        ClientContact.company_id == scope.company_id,
        ClientContact.kind == "email",
        ClientContact.value == email,
    )


async def lock_client(session: Session, company_id: UUID, client_id: UUID, *, alone: bool) -> Client | None:
    """Lock a card. `alone`: until COMMIT no job can be created for it. Otherwise only nobody can archive it."""
    query = select(Client).where(_is_root_of(company_id, [client_id])).options(*WHOLE)
    locked: Select[Client] = _locked(query, alone=alone)
    return await session.scalar(locked)


async def lock_site(session: Session, company_id: UUID, site_id: UUID, *, alone: bool) -> Site | None:
    """As `lock_client`."""
    query = select(Site).where(Site.company_id == company_id, Site.id == site_id)
    locked: Select[Site] = _locked(query, alone=alone)
    return await session.scalar(locked)


def _locked(query: Select[Any], *, alone: bool) -> Select[Any]:
    """FOR UPDATE waits for the lock that a foreign key takes, and for FOR KEY SHARE."""
    locked = query.with_for_update() if alone else query.with_for_update(read=True, key_share=True)
    return locked.execution_options(populate_existing=True)


CONTACT = [
    ClientContact.kind,
    ClientContact.value,
    ClientContact.extension,
    ClientContact.is_primary,
    ClientContact.is_shared,
    ClientContact.is_for_sms,
]


def phones_of_client(company: BindParameter[UUID]) -> ScalarSelect[list[list[Any]]]:
    """For a statement that joins the surviving card by `is_card_of`: what `values.sms_phone_of` takes."""
    contact = func.jsonb_build_array(*CONTACT)
    return (
        select(func.jsonb_agg(aggregate_order_by(contact, ClientContact.id), type_=JSONB))
        .where(
            ClientContact.company_id == company,
            ClientContact.client_id == Client.id,
            ClientContact.kind == "phone",
        )
        .correlate(Client)
        .scalar_subquery()
    )


CARD = [getattr(Client, name) for name in OWN_FIELDS]


def card_columns(company: BindParameter[UUID]) -> list[Any]:
    """For a statement that joins the surviving card by `is_card_of`: what `values.ClientFacts.read` takes."""
    contact = func.jsonb_build_array(*CONTACT)
    contacts = select(func.jsonb_agg(aggregate_order_by(contact, ClientContact.id), type_=JSONB)).where(
        ClientContact.company_id == company, ClientContact.client_id == Client.id
    )
    card = aliased(Client)
    merged = select(func.array_agg(aggregate_order_by(card.id, card.id), type_=ARRAY(Uuid))).where(
        card.company_id == company, card.merged_into == Client.id
    )
    return [
        *CARD,
        contacts.correlate(Client).scalar_subquery().label("contacts"),
        merged.correlate(Client).scalar_subquery().label("merged_ids"),
    ]


async def find_holders(session: Session, company_id: UUID, *, kind: str, value: str) -> list[ClientContact]:
    """Contacts with this value, a phone with its extension. The contact that is not shared comes first."""
    number, extension = split_extension(value)
    query = (
        select(ClientContact)
        .where(
            ClientContact.company_id == company_id,
            ClientContact.kind == kind,
            ClientContact.value == number,
            ClientContact.extension == extension,
        )
        .order_by(ClientContact.is_shared, ClientContact.id)
    )
    return list(await session.scalars(query))


ONE_SITE = select(Site).where(Site.company_id == bindparam("company"), Site.id == bindparam("site"))


async def get_site(session: Session, company_id: UUID, site_id: UUID) -> Site | None:
    return await session.scalar(ONE_SITE, {"company": company_id, "site": site_id})


async def find_sites(session: Session, company_id: UUID, ids: Sequence[UUID]) -> Sequence[Site]:
    return (await session.scalars(select(Site).where(Site.company_id == company_id, Site.id.in_(ids)))).all()


async def find_sites_of(
    session: Session, scope: Scope, client_id: UUID, *, is_archived: bool
) -> Sequence[Site]:
    query = select(Site).where(
        Site.company_id == scope.company_id, Site.client_id == client_id, _in_archive(Site, is_archived)
    )
    return (await session.scalars(query.order_by(Site.id))).all()


class SiteWithoutZone(NamedTuple):
    id: UUID
    point: Place


async def take_sites_without_zone(
    session: Session, company_id: UUID, *, now: datetime, limit: int
) -> list[SiteWithoutZone]:
    """Claim sites whose time zone nobody has looked for."""
    query = (
        select(Site.id, Site.point)
        .where(Site.company_id == company_id, Site.zone_due_at <= now)
        .order_by(Site.zone_due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [SiteWithoutZone(id, place_of(point)) for id, point in await session.execute(query)]


GIVE_ZONE = (
    update(Site.__table__)  # type: ignore[arg-type]  # typed as a FromClause, is a Table
    .where(Site.company_id == bindparam("company"), Site.id == bindparam("site"))
    .values(timezone=bindparam("zone"), zone_due_at=None)
)
"""The version stays: nobody has edited the card."""


async def give_zones(session: Session, company_id: UUID, zones: Mapping[UUID, str | None]) -> None:
    """Write the zones that were found, by site."""
    values = [{"company": company_id, "site": site, "zone": zone} for site, zone in zones.items()]
    if values:
        await session.execute(GIVE_ZONE, values)
