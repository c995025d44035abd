"""Everything another module may call in clients. It hands out values; only this module changes clients and sites."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

from app.clients.cards import queries, service, sites
from app.clients.cards.contacts import (
    ContactJustFreed,
    EmailBelongsToClient,
    PhoneBelongsToClient,
    PhoneIsShared,
    find_client_by_phone,
)
from app.clients.cards.policies import ClientInvalid
from app.clients.cards.schemas import ClientOut, CreateClient, CreateSite, SiteOut, UpdateSite
from app.clients.cards.service import ClientArchived, ClientNotFound
from app.clients.cards.sites import SiteArchived, SiteNotFound
from app.clients.cards.values import (
    ClientFacts,
    SiteFacts,
    flat_to_add,
    numbers_of,
    primary_phone_of,
    sms_phone_of,
)
from app.clients.cards.zones import load_zones
from app.clients.consents import permissions
from app.clients.consents import service as consents
from app.clients.consents.permissions import Asked, permissions_of_card
from app.clients.consents.policies import Permission
from app.clients.consents.schemas import ClientPermissionOut, RecordClientConsent
from app.clients.consents.service import (
    CardNotFound,
    ConsentInvalid,
    ConsentTextMissing,
    ConsentTextNotFound,
    ContactNotOnCard,
)
from app.clients.inbound.gatekeeper import ConsentGate, codes_of
from app.clients.records.policies import may_see_phones
from app.core.merging import Clash, Values
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import Work

__all__ = [
    "Asked",
    "CardNotFound",
    "ClientArchived",
    "ClientFacts",
    "ClientInvalid",
    "ClientNotFound",
    "ClientOut",
    "ClientPermissionOut",
    "ConsentGate",
    "ConsentInvalid",
    "ConsentTextMissing",
    "ConsentTextNotFound",
    "ContactJustFreed",
    "ContactNotOnCard",
    "CreateClient",
    "CreateSite",
    "EmailBelongsToClient",
    "Permission",
    "PhoneBelongsToClient",
    "PhoneIsShared",
    "RecordClientConsent",
    "SiteArchived",
    "SiteFacts",
    "SiteNotFound",
    "SiteOut",
    "UpdateSite",
    "archive_client",
    "archive_site",
    "check_takes_jobs",
    "codes_of",
    "create_client",
    "create_site",
    "find_client_by_phone",
    "find_clients",
    "find_sites",
    "flat_to_add",
    "get_client",
    "get_site",
    "load_zones",
    "may_see_phones",
    "merge_site",
    "numbers_of",
    "permissions_of",
    "permissions_of_card",
    "primary_phone_of",
    "sms_phone_of",
]

Check = Callable[[], Awaitable[None]]


async def create_client(
    session: Session, scope: Scope, *, client: CreateClient, now: datetime, path: str = ""
) -> UUID:
    """Create a client and return his id. The refusals are those of `cards`."""
    return (await service.create_client(session, scope, client=client, now=now, path=path)).id


async def get_client(session: Session, company_id: UUID, client_id: UUID) -> ClientFacts:
    """One client.

    Raises:
        ClientNotFound: no such client in this company.
    """
    return ClientFacts.of(await service.get_client(session, company_id, client_id))


async def find_clients(session: Session, company_id: UUID, ids: Sequence[UUID]) -> list[ClientFacts]:
    """The clients with these ids in this company, in any order. Unknown ids are left out."""
    return [ClientFacts.of(client) for client in await queries.find_clients(session, company_id, ids)]


async def create_site(session: Session, scope: Scope, *, client_id: UUID, site: CreateSite) -> UUID:
    """Add a site to a client and return its id.

    Raises:
        ClientNotFound: no such client in this company.
    """
    return (await sites.create_site(session, scope, client_id=client_id, site=site)).id


async def get_site(session: Session, company_id: UUID, site_id: UUID) -> SiteFacts:
    """One site.

    Raises:
        SiteNotFound: no such site in this company.
    """
    return SiteFacts.of(await sites.get_site(session, company_id, site_id))


async def find_sites(session: Session, company_id: UUID, ids: Sequence[UUID]) -> list[SiteFacts]:
    """The sites with these ids in this company, in any order. Unknown ids are left out."""
    return [SiteFacts.of(site) for site in await queries.find_sites(session, company_id, ids)]


async def merge_site(
    session: Session, company_id: UUID, site_id: UUID, *, base: Values, mine: Values
) -> tuple[SiteFacts, list[Clash]]:
    """Change fields of a site by somebody who was shown `base` a while ago. See `app.core.merging`.

    Raises:
        SiteNotFound: no such site in this company.
    """
    site, clashes = await sites.merge_site(session, company_id, site_id, base=base, mine=mine)
    return SiteFacts.of(site), clashes


async def check_takes_jobs(session: Session, company_id: UUID, site_id: UUID) -> None:
    """Refuse a new job at this site. Until COMMIT nobody can archive it or its client.

    Raises:
        SiteNotFound: no such site in this company.
        ClientArchived, SiteArchived: it is in the archive.
    """
    await sites.check_takes_jobs(session, company_id, await sites.get_site(session, company_id, site_id))


async def archive_client(
    session: Session, company_id: UUID, client_id: UUID, *, archived_at: datetime | None, check: Check
) -> ClientFacts:
    """Put a client into the archive, or take him out with None. `check` refuses; until COMMIT he gets no new job.

    Raises:
        ClientNotFound: no such client in this company.
    """
    client = await service.lock_client(session, company_id, client_id)
    await check()
    await service.set_archived(session, client, archived_at)
    return ClientFacts.of(client)


async def archive_site(
    session: Session, company_id: UUID, site_id: UUID, *, archived_at: datetime | None, check: Check
) -> SiteFacts:
    """As `archive_client`.

    Raises:
        SiteNotFound: no such site in this company.
    """
    site = await sites.lock_site(session, company_id, site_id)
    await check()
    await service.set_archived(session, site, archived_at)
    return SiteFacts.of(site)


async def may_write(
    source: Session | Work,
    company_id: UUID,
    client_id: UUID,
    *,
    purpose: str,
    channel: str,
    value: str,
    now: datetime,
    theme: str | None = None,
) -> Permission:
    """Whether a client may be written to now. Ask just before sending: a consent can end at any moment.

    `purpose` is marketing, feedback, mass_call or service; `value` the phone in E.164 or the e-mail.
    """
    return await permissions.may_write(
        source,
        company_id,
        client_id,
        purpose=purpose,
        channel=channel,
        value=value,
        now=now,
        theme=theme,
    )


async def permissions_of(work: Work, asked: Sequence[Asked], *, now: datetime) -> list[Permission]:
    """As `may_write`, for many messages in one statement. The answers come in the same order."""
    return await permissions.permissions_of(work, asked, now=now)


async def cards_of(session: Session, company_id: UUID, client_id: UUID) -> list[UUID]:
    """All cards of a client, the surviving one first, by any of them. Facts keep the card they came with.

    Raises:
        CardNotFound: no such client in this company.
    """
    return await consents.cards_of(session, company_id, client_id)


async def record_consent(
    session: Session, scope: Scope, *, client_id: UUID, consent: RecordClientConsent, now: datetime
) -> None:
    """Keep what a client has agreed to, with its proof.

    Raises:
        CardNotFound: no such client in this company.
        ContactNotOnCard: he has no such phone or e-mail.
        ConsentInvalid: the proof is missing, or it does not fit the contact.
        ConsentTextMissing, ConsentTextNotFound: there is no text that he can have agreed to.
    """
    await consents.record_consent(session, scope, client_id=client_id, consent=consent.to_consent(), now=now)
