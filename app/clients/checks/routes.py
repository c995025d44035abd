from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.clients.checks import queries, service
from app.clients.checks.models import ContactCheck
from app.clients.checks.policies import MONTHS_DEFAULT, to_check_since
from app.clients.checks.schemas import CheckContacts, ContactCheckOut, ContactChecksOut, ContactToCheckOut
from app.clients.consents.queries import get_settings
from app.clients.consents.service import CardNotFound, ContactNotOnCard, cards_of
from app.clients.records.policies import may_see_phones
from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import intake, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page


@post("/clients/{client_id:uuid}/contact-checks", operation_id="checkContacts", guards=[intake])
@refuses(CardNotFound, ContactNotOnCard)
@once
async def check_contacts(
    client_id: FromPath[UUID],
    data: JSONBody[CheckContacts],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> ContactChecksOut:
    """Write down that phones and e-mails of a client still lead to him, or do not."""
    rows = await service.check_contacts(
        session,
        caller,
        client_id=client_id,
        value=data.value,
        outcome=data.outcome,
        note=data.note,
        now=clock.now(),
    )
    sees_phones = may_see_phones(caller)
    return ContactChecksOut(items=[ContactCheckOut.of(row, sees_phones=sees_phones) for row in rows])


@get("/clients/{client_id:uuid}/contact-checks", operation_id="listContactChecks", guards=[office])
@refuses(CardNotFound)
async def list_contact_checks(
    client_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ContactCheckOut]:
    """Who checked the contacts of a client, when, and what came of it; newest first."""
    cards = await cards_of(session, caller.company_id, client_id)
    query = queries.select_checks(caller.company_id, cards)
    rows, next_cursor = await fetch_page(session, query, ContactCheck.id, cursor=cursor, limit=limit)
    sees_phones = may_see_phones(caller)
    return Page(
        items=[ContactCheckOut.of(row, sees_phones=sees_phones) for row in rows], next_cursor=next_cursor
    )


@get("/contacts-to-check", operation_id="listContactsToCheck", guards=[office])
async def list_contacts_to_check(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ContactToCheckOut]:
    """Contacts that nobody has confirmed for as long as `check_after_months` says, the longest unconfirmed first."""
    settings = await get_settings(session, caller.company_id)
    months = settings.check_after_months if settings else MONTHS_DEFAULT
    before = to_check_since(clock.now(), months)
    if before is None:
        return Page(items=[], next_cursor=None)
    found, next_cursor = await queries.find_to_check(
        session, caller.company_id, before=before, cursor=cursor, limit=limit
    )
    sees_phones = may_see_phones(caller)
    return Page(
        items=[ContactToCheckOut.of(one, sees_phones=sees_phones) for one in found], next_cursor=next_cursor
    )


router = Router(
    "/",
    route_handlers=[check_contacts, list_contact_checks, list_contacts_to_check],
    tags=["crm: clients"],
)
