"""What the office does with sites: where the work is done."""

from typing import Any
from uuid import UUID

from app.clients.cards import queries
from app.clients.cards.schemas import CreateSite
from app.clients.cards.service import ClientArchived, get_client
from app.clients.cards.zones import zone_at
from app.clients.records.models import Site
from app.core.errors import DomainError, NotFound
from app.core.ids import uuid7
from app.core.merging import Clash, Values, merge
from app.core.scope import Scope
from app.db.session import Session
from app.http.schemas import Point


class SiteNotFound(NotFound):
    code = "site_not_found"


class SiteArchived(DomainError):
    code = "site_archived"


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


async def lock_site(session: Session, company_id: UUID, site_id: UUID) -> Site:
    """A site that gets no new jobs until COMMIT.

    Raises:
        SiteNotFound: no such site in this company.
    """
    site = await queries.lock_site(session, company_id, site_id, alone=True)
    if site is None:
        raise SiteNotFound(site_id=site_id)
    return site
