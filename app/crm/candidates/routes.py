from litestar import Router, get
from litestar.di import NamedDependency

from app.core.clock import Clock
from app.crm.candidates import service
from app.crm.candidates.schemas import InvitationCandidateOut
from app.db.reader import Reader
from app.http.guards import office
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, cut_page, read_cursor
from app.http.schemas import Page


@get("/candidates", operation_id="listInvitationCandidates", guards=[office])
async def list_invitation_candidates(
    reader: NamedDependency[Reader],
    clock: NamedDependency[Clock],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[InvitationCandidateOut]:
    """Whom to invite today, the oldest card first. Each category says how long before its due day (`early_days`).

    Whoever has something planned or has asked for something is not here, also if he thinks that he has not. Neither is
    whoever was disappointed.
    """
    found = await service.find_candidates(
        reader, after=read_cursor(cursor) if cursor else None, at_most=limit + 1, now=clock.now()
    )
    page, next_cursor = cut_page(found, limit, by="client_id")
    return Page(items=[InvitationCandidateOut.of(one) for one in page], next_cursor=next_cursor)


router = Router("/crm/invitations", route_handlers=[list_invitation_candidates], tags=["crm: invitations"])
