from datetime import date
from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from app.clients.api import may_see_phones
from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.client_list import queries
from app.crm.client_list.queries import Wanted
from app.crm.client_list.schemas import FoundClientOut
from app.crm.rules.service import content_in_force
from app.crm.status_lists.schemas import StatusName
from app.db.session import Session
from app.http.guards import office
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit
from app.http.schemas import Page

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


@get("/clients", operation_id="findClients", guards=[office])
async def find_clients(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    search: SearchText = None,
    status: FromQuery[StatusName | None] = None,
    due_before: FromQuery[date | None] = None,
    is_archived: FromQuery[bool] = False,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[FoundClientOut]:
    """Clients for the list of the office, with address, status and next need, the newest card first.

    `query` keeps those that match: it is meant to be asked while somebody types. Only people who call clients can
    search by phones.
    """
    wanted = Wanted(search or "", status, due_before, is_archived)
    found, next_cursor = await queries.find_clients(session, caller, wanted, cursor=cursor, limit=limit)
    rules = await content_in_force(session, caller.company_id)
    sees_phones, now = may_see_phones(caller), clock.now()
    items = [
        FoundClientOut.of(one, rules, lang=caller.lang, sees_phones=sees_phones, now=now) for one in found
    ]
    return Page(items=items, next_cursor=next_cursor)


router = Router("/crm", route_handlers=[find_clients], tags=["crm: clients"])
