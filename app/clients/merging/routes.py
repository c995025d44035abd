from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.clients.cards.service import ClientArchived, ClientNotFound
from app.clients.merging import queries, service
from app.clients.merging.policies import (
    AlreadyMerged,
    MergeCircle,
    MergeTooOld,
    MergeUndoneAlready,
    MergeWithItself,
)
from app.clients.merging.schemas import MergeClient, MergeOut, UndoMerge
from app.clients.merging.service import MergeNotFound
from app.clients.records.models import ClientMerge
from app.clients.records.policies import may_see_phones
from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import dispatchers, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page


@post("/clients/{client_id:uuid}/merge", operation_id="mergeClient", guards=[dispatchers])
@refuses(AlreadyMerged, ClientArchived, ClientNotFound, MergeCircle, MergeWithItself)
@once
async def merge_client(
    client_id: FromPath[UUID],
    data: JSONBody[MergeClient],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> MergeOut:
    """Merge another card of the same client into this one.

    This card gets its contacts and sites. Whoever asks for the other card gets this one. Of all consents the strictest
    hold. It can be undone for 90 days.
    """
    merge = await service.merge_cards(
        session,
        caller,
        survivor_id=client_id,
        merged_id=data.merged_id,
        reason=data.reason,
        now=clock.now(),
    )
    return MergeOut.of(merge, sees_phones=may_see_phones(caller))


@post("/client-merges/{merge_id:uuid}/undo", operation_id="undoMerge", guards=[dispatchers], status_code=200)
@refuses(MergeNotFound, MergeTooOld, MergeUndoneAlready)
async def undo_merge(
    merge_id: FromPath[UUID],
    data: JSONBody[UndoMerge],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> MergeOut:
    """Make two cards of one again. `conflicts` names what was changed since and stays as it is."""
    undone = await service.undo_merge(session, caller, merge_id=merge_id, reason=data.reason, now=clock.now())
    return MergeOut.of(undone.merge, sees_phones=may_see_phones(caller))


@get("/client-merges", operation_id="listMerges", guards=[office])
async def list_merges(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    client_id: FromQuery[UUID | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[MergeOut]:
    """Who merged which cards, when and why, newest first. `client_id` keeps those of one card."""
    query = queries.select_merges(caller.company_id, client_id=client_id)
    rows, next_cursor = await fetch_page(session, query, ClientMerge.id, cursor=cursor, limit=limit)
    sees_phones = may_see_phones(caller)
    return Page(items=[MergeOut.of(row, sees_phones=sees_phones) for row in rows], next_cursor=next_cursor)


router = Router("/", route_handlers=[merge_client, undo_merge, list_merges], tags=["crm: duplicates"])
