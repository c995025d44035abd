from litestar import Router, get
from litestar.di import NamedDependency

from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import workers
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit
from app.http.schemas import Page
from app.identity import api as identity
from app.tracking.views.queries import find_views_of
from app.tracking.views.schemas import TrackViewOut


@get("/field/my-track/views", operation_id="listMyTrackViews", guards=[workers])
async def list_my_track_views(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[TrackViewOut]:
    """Who of the office looked at the caller's track, when, and at what time of it. Newest first."""
    rows, next_cursor = await find_views_of(
        session, caller.company_id, caller.user_id, cursor=cursor, limit=limit
    )
    viewers = await identity.find_users(session, caller.company_id, {row.viewer_id for row in rows})
    names = {one.id: one.name for one in viewers}
    items = [TrackViewOut.of(row, names.get(row.viewer_id, "")) for row in rows]
    return Page(items=items, next_cursor=next_cursor)


router = Router("/", route_handlers=[list_my_track_views], tags=["tracking: reports"])
