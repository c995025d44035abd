from datetime import date
from typing import Annotated
from uuid import UUID

from litestar import Router, get, patch, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from app.clients.cards import queries, service, sites
from app.clients.cards.contacts import ContactJustFreed, EmailBelongsToClient, PhoneBelongsToClient
from app.clients.cards.policies import ClientInvalid, birthdays_greeted_from, read_search
from app.clients.cards.schemas import (
    BirthdayOut,
    ClientOut,
    Counterparty,
    CreateClient,
    CreateSite,
    SiteOut,
    SitesOut,
    UpdateClient,
    UpdateSite,
)
from app.clients.cards.service import ClientArchived, ClientNotFound
from app.clients.cards.sites import SiteNotFound
from app.clients.cards.values import ClientFacts, SiteFacts
from app.clients.cards.zones import load_zones
from app.clients.records.models import Client, Site
from app.clients.records.policies import may_see_phones
from app.core.clock import Clock
from app.core.emails import EmailInvalid
from app.core.phones import PhoneInvalid
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import intake, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.http.versions import IfMatch, check_version

SearchText = Annotated[
    str | None,
    QueryParameter(
        name="query",  # Litestar keeps the argument `query` for itself
        max_length=100,
        pattern=r"^$|\S",
        description="Words of the name or of an address, the end or the beginning of a phone (4 digits or more), "
        "an INN or an e-mail",
    ),
]


Days = Annotated[int, QueryParameter(ge=1, le=62, description="So many days, `on` the first of them")]


def _shown(client: Client, caller: Scope) -> ClientOut:
    return ClientOut.of(ClientFacts.of(client), sees_phones=may_see_phones(caller))


def _site_shown(site: Site) -> SiteOut:
    return SiteOut.of(SiteFacts.of(site))


@post("/clients", operation_id="createClient", guards=[intake])
@refuses(
    ClientInvalid, ContactJustFreed, EmailBelongsToClient, EmailInvalid, PhoneBelongsToClient, PhoneInvalid
)
@once
async def create_client(
    data: JSONBody[CreateClient],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ClientOut:
    """Open a client's card. If another card has the same phone or e-mail and it is not marked as shared,
    the request is refused with the id of that card."""
    return _shown(await service.create_client(session, caller, client=data, now=clock.now()), caller)


@get("/clients", operation_id="listClients", guards=[office])
async def list_clients(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    search: SearchText = None,
    is_archived: FromQuery[bool] = False,
    counterparty: FromQuery[Counterparty | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ClientOut]:
    """Clients and suppliers, newest first. `query` keeps those that match. Only people who call clients see whole
    phones and can search by them; everybody else sees masked phones. Those in the archive are listed apart."""
    clients = queries.select_clients(
        caller, read_search(search or ""), is_archived=is_archived, counterparty=counterparty
    )
    rows, next_cursor = await fetch_page(session, clients, Client.id, cursor=cursor, limit=limit)
    return Page(items=[_shown(row, caller) for row in rows], next_cursor=next_cursor)


@get("/clients/birthdays", operation_id="listBirthdays", guards=[office])
async def list_birthdays(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    on: FromQuery[date],
    days: Days = 1,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[BirthdayOut]:
    """Clients to be greeted on a day, or on so many days from it on, the earliest first.

    Who was born on 29 February is among those of the 28th in other years.
    """
    greeted = birthdays_greeted_from(on, days)
    rows, next_cursor = await queries.find_greeted(
        session, caller.company_id, list(greeted), cursor=cursor, limit=limit
    )
    sees_phones = may_see_phones(caller)
    items = [
        BirthdayOut.of(ClientFacts.of(row), greeted[row.birthday or ""], sees_phones=sees_phones)
        for row in rows
    ]
    return Page(items=items, next_cursor=next_cursor)


@get("/clients/{client_id:uuid}", operation_id="getClient", guards=[office])
@refuses(ClientNotFound)
async def get_client(
    client_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> ClientOut:
    """A client's card with the contacts."""
    return _shown(await service.get_client(session, caller.company_id, client_id), caller)


@patch("/clients/{client_id:uuid}", operation_id="updateClient", guards=[intake])
@refuses(
    ClientInvalid,
    ClientNotFound,
    ContactJustFreed,
    EmailBelongsToClient,
    EmailInvalid,
    PhoneBelongsToClient,
    PhoneInvalid,
)
async def update_client(
    client_id: FromPath[UUID],
    data: JSONBody[UpdateClient],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> ClientOut:
    """Change the fields that are sent. `contacts` replaces the whole list."""
    client = await service.get_client(session, caller.company_id, client_id)
    check_version(if_match, client.row_version)
    changed = await service.update_client(
        session, caller, client=client, changes=data.changes(), now=clock.now()
    )
    return _shown(changed, caller)


@post(
    "/clients/{client_id:uuid}/sites",
    operation_id="createSite",
    guards=[intake],
    before_request=load_zones,
)
@refuses(ClientArchived, ClientNotFound)
@once
async def create_site(
    client_id: FromPath[UUID],
    data: JSONBody[CreateSite],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> SiteOut:
    """Add a site to a client."""
    return _site_shown(await sites.create_site(session, caller, client_id=client_id, site=data))


@get("/clients/{client_id:uuid}/sites", operation_id="listSites", guards=[office])
@refuses(ClientNotFound)
async def list_sites(
    client_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    is_archived: FromQuery[bool] = False,
) -> SitesOut:
    """All sites of a client, oldest first. Those in the archive are listed apart."""
    client = await service.get_client(session, caller.company_id, client_id)
    found = await queries.find_sites_of(session, caller, client.id, is_archived=is_archived)
    return SitesOut(items=[_site_shown(site) for site in found])


@get("/sites/{site_id:uuid}", operation_id="getSite", guards=[office])
@refuses(SiteNotFound)
async def get_site(
    site_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> SiteOut:
    """One site."""
    return _site_shown(await sites.get_site(session, caller.company_id, site_id))


@patch("/sites/{site_id:uuid}", operation_id="updateSite", guards=[intake], before_request=load_zones)
@refuses(SiteNotFound)
async def update_site(
    site_id: FromPath[UUID],
    data: JSONBody[UpdateSite],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    if_match: IfMatch = None,
) -> SiteOut:
    """Change the fields that are sent."""
    site = await sites.get_site(session, caller.company_id, site_id)
    check_version(if_match, site.row_version)
    return _site_shown(await sites.update_site(session, caller, site=site, changes=data.changes()))


router = Router(
    "/",
    route_handlers=[
        create_client,
        list_clients,
        list_birthdays,
        get_client,
        update_client,
        create_site,
        list_sites,
        get_site,
        update_site,
    ],
    tags=["crm: clients"],
)
