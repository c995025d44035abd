from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.clients.api import ClientNotFound, SiteNotFound
from app.core.clock import Clock
from app.core.scope import Scope
from app.crm.next_visits import queries, service
from app.crm.next_visits.policies import NextVisitInvalid
from app.crm.next_visits.schemas import (
    ClientAtVisitOut,
    EnterNextVisit,
    InterestOut,
    InterestsOut,
    NameDate,
    NextVisitOut,
    NoteInterest,
)
from app.db.session import Session
from app.dispatch.api import VisitNotFound
from app.http.guards import anybody, intake, office
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.orders.api import JobNotFound


@post("/clients/{client_id:uuid}/named-date", operation_id="nameDateOfClient", guards=[intake])
@refuses(ClientNotFound, NextVisitInvalid, SiteNotFound)
@once
async def name_date_of_client(
    client_id: FromPath[UUID],
    data: JSONBody[NameDate],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> NextVisitOut:
    """The client said to the office when he wants the next visit. It beats every other date."""
    about = await service.about_client(session, caller, client_id)
    return await service.name_date(session, caller, about, data, now=clock.now())


@post("/visits/{visit_id:uuid}/named-date", operation_id="nameDateAtVisit", guards=[anybody])
@refuses(JobNotFound, NextVisitInvalid, SiteNotFound, VisitNotFound)
@once
async def name_date_at_visit(
    visit_id: FromPath[UUID],
    data: JSONBody[NameDate],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> NextVisitOut:
    """The client said at a visit when he wants the next one. The act of this visit does not use it up."""
    about = await service.about_visit(session, caller, visit_id)
    return await service.name_date(session, caller, about, data, now=clock.now())


@post("/visits/{visit_id:uuid}/next-visit", operation_id="enterNextVisit", guards=[anybody])
@refuses(JobNotFound, NextVisitInvalid, VisitNotFound)
@once
async def enter_next_visit(
    visit_id: FromPath[UUID],
    data: JSONBody[EnterNextVisit],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> NextVisitOut:
    """Enter what was seen at a visit. The day of the next one follows from it, or is said."""
    about = await service.about_visit(session, caller, visit_id)
    return await service.enter_next_visit(session, caller, about, data, now=clock.now())


@get("/visits/{visit_id:uuid}/client", operation_id="getClientAtVisit", guards=[anybody])
@refuses(JobNotFound, VisitNotFound)
async def get_client_at_visit(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> ClientAtVisitOut:
    """Whether the client of a visit is new, and what he has asked about. A worker sees his own visits."""
    about = await service.about_visit(session, caller, visit_id)
    found = await queries.find_interests(session, caller, about.client_id)
    return ClientAtVisitOut(
        client_id=about.client_id,
        is_new=await queries.is_new(session, caller, about.client_id),
        interests=list(dict.fromkeys(one.categories[0] for one in found)),
    )


@post("/clients/{client_id:uuid}/interests", operation_id="noteInterestOfClient", guards=[intake])
@refuses(ClientNotFound, NextVisitInvalid)
@once
async def note_interest_of_client(
    client_id: FromPath[UUID],
    data: JSONBody[NoteInterest],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> NextVisitOut:
    """The client told the office that he is interested in something else, too."""
    about = await service.about_client(session, caller, client_id)
    return await service.note_interest(session, caller, about, data, now=clock.now())


@post("/visits/{visit_id:uuid}/interests", operation_id="noteInterestAtVisit", guards=[anybody])
@refuses(JobNotFound, NextVisitInvalid, VisitNotFound)
@once
async def note_interest_at_visit(
    visit_id: FromPath[UUID],
    data: JSONBody[NoteInterest],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> NextVisitOut:
    """The client asked at a visit about something else, too."""
    about = await service.about_visit(session, caller, visit_id)
    return await service.note_interest(session, caller, about, data, now=clock.now())


@get("/clients/{client_id:uuid}/interests", operation_id="listInterestsOfClient", guards=[office])
@refuses(ClientNotFound)
async def list_interests_of_client(
    client_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> InterestsOut:
    """What the client asked about, the newest first."""
    about = await service.about_client(session, caller, client_id)
    found = await queries.find_interests(session, caller, about.client_id)
    items = [
        InterestOut(
            client_id=one.client_id,
            category=one.categories[0],
            comment=(one.detail or {}).get("comment", ""),
            noted_at=one.at,
            visit_id=one.visit_id,
        )
        for one in found
    ]
    return InterestsOut(items=items)


router = Router(
    "/crm",
    route_handlers=[
        name_date_of_client,
        name_date_at_visit,
        enter_next_visit,
        get_client_at_visit,
        note_interest_of_client,
        note_interest_at_visit,
        list_interests_of_client,
    ],
    tags=["crm: next visits"],
)
