from collections.abc import Sequence
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.clients.consents.service import CardNotFound, cards_of
from app.clients.duplicates import queries, service
from app.clients.duplicates.queries import Suggestion
from app.clients.duplicates.schemas import (
    NotDuplicateOut,
    NotDuplicatesOut,
    SayNotDuplicate,
    SuggestionOut,
    SuggestionsOut,
)
from app.clients.duplicates.service import SameCard
from app.clients.records.models import Client
from app.clients.records.policies import may_see_phones
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import work_in
from app.http.guards import dispatchers, office
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses


@get("/client-duplicates", operation_id="listDuplicates", guards=[office])
async def list_duplicates(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> SuggestionsOut:
    """Cards that may be of one client, with the reasons. It looks at `limit` cards at a time, the newest first."""
    query = queries.select_cards(caller.company_id)
    rows, next_cursor = await fetch_page(session, query, Client.id, cursor=cursor, limit=limit)
    async with work_in(session, caller.company_id) as work:
        found = await queries.find_suggestions(work, [row.id for row in rows])
    items = await _with_cards(session, caller, found)
    return SuggestionsOut(items=items, next_cursor=next_cursor)


@get("/clients/{client_id:uuid}/duplicates", operation_id="listDuplicatesOfClient", guards=[office])
@refuses(CardNotFound)
async def list_duplicates_of_client(
    client_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> SuggestionsOut:
    """Cards that may be of the same client as this one, with the reasons."""
    found = await service.find_of_client(session, caller.company_id, client_id)
    return SuggestionsOut(items=await _with_cards(session, caller, found))


async def _with_cards(session: Session, caller: Scope, found: Sequence[Suggestion]) -> list[SuggestionOut]:
    cards = await queries.find_cards(session, caller.company_id, found)
    sees_phones = may_see_phones(caller)
    return [SuggestionOut.of(one, cards, sees_phones=sees_phones) for one in found]


@post(
    "/clients/{client_id:uuid}/not-duplicates",
    operation_id="sayNotDuplicate",
    guards=[dispatchers],
    status_code=200,
)
@refuses(CardNotFound, SameCard)
async def say_not_duplicate(
    client_id: FromPath[UUID],
    data: JSONBody[SayNotDuplicate],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
) -> NotDuplicatesOut:
    """Two cards are of two clients. Nobody is asked about them again."""
    await service.say_not_duplicate(
        session, caller, client_id=client_id, other_id=data.other_id, reason=data.reason
    )
    return await _said_of(session, caller, client_id)


@get("/clients/{client_id:uuid}/not-duplicates", operation_id="listNotDuplicates", guards=[office])
@refuses(CardNotFound)
async def list_not_duplicates(
    client_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> NotDuplicatesOut:
    """Cards of which somebody said that they are of another client, and why."""
    return await _said_of(session, caller, client_id)


async def _said_of(session: Session, caller: Scope, client_id: UUID) -> NotDuplicatesOut:
    cards = await cards_of(session, caller.company_id, client_id)
    rows = await queries.find_not_duplicates(session, caller.company_id, cards)
    return NotDuplicatesOut(items=[NotDuplicateOut.of(row) for row in rows])


router = Router(
    "/",
    route_handlers=[list_duplicates, list_duplicates_of_client, say_not_duplicate, list_not_duplicates],
    tags=["crm: duplicates"],
)
