"""What a phone commands about the way to a site."""

from app.db.session import Session
from app.field.commands.kinds import Kind, Sent, Subject
from app.field.site_access import service
from app.field.site_access.schemas import SiteAccessOut, UpdateSiteAccess


async def update_site_access(session: Session, sent: Sent[UpdateSiteAccess]) -> SiteAccessOut:
    site, conflicts = await service.update_site_access(
        session,
        sent.caller,
        visit_id=sent.subject_id,
        sent=sent.body,
        command_id=sent.command_id,
        now=sent.now,
    )
    return SiteAccessOut.of(site, conflicts)


UPDATE_SITE_ACCESS = Kind("update_site_access", UpdateSiteAccess, Subject.VISIT, update_site_access)
