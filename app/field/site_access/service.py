"""The worker on site corrects how to get in."""

from datetime import datetime
from uuid import UUID

from app.clients import api as clients
from app.clients.api import SiteFacts
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.api import EVER_HELD
from app.field.conflicts.schemas import ConflictOut
from app.field.conflicts.service import Origin, keep_clashes
from app.field.site_access.schemas import UpdateSiteAccess
from app.field.visits import VisitNotHeld, get_visit_with_job


async def update_site_access(
    session: Session, scope: Scope, *, visit_id: UUID, sent: UpdateSiteAccess, command_id: UUID, now: datetime
) -> tuple[SiteFacts, list[ConflictOut]]:
    """Write the fields that nobody else has changed. The others become conflicts.

    Raises:
        VisitNotFound: not his visit.
        VisitNotHeld: he has not accepted it.
        SiteNotFound: no such site in this company.
    """
    visit, job = await get_visit_with_job(session, scope, visit_id)
    if visit.status not in EVER_HELD:
        raise VisitNotHeld(status=visit.status)
    site, clashes = await clients.merge_site(
        session, scope.company_id, job.site_id, base=sent.shown, mine=sent.wanted
    )
    origin = Origin("site", visit_id, command_id)
    return site, await keep_clashes(session, scope, origin, {site.id: clashes}, now=now)
