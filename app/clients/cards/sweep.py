"""Finds the time zone of sites that were written without one."""

from uuid import UUID

from app.clients.cards import queries
from app.clients.cards.zones import load_zones, zone_at
from app.core.clock import Clock
from app.db.session import Sessions, transaction

AT_ONCE = 100


async def find_zones_of_sites(sessions: Sessions, company_id: UUID, clock: Clock) -> int:
    """Sweep `site_zone`: sites that are older than the column, or written by a process that did not know it."""
    await load_zones()
    async with transaction(sessions, company_id) as session:
        sites = await queries.take_sites_without_zone(session, company_id, now=clock.now(), limit=AT_ONCE)
        await queries.give_zones(session, company_id, {site.id: zone_at(site.point) for site in sites})
    return len(sites)
