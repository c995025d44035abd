from datetime import date, timedelta
from typing import Annotated
from uuid import UUID

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from app.clients.api import ClientArchived, SiteArchived, SiteNotFound
from app.core.clock import Clock
from app.core.hours import day_span
from app.core.periods import PeriodInvalid, check_length
from app.core.scope import Scope
from app.crm.candidates.queries import get_zone
from app.crm.loss_reasons.policies import LossReasonWithoutRefusal
from app.crm.next_visits.policies import NextVisitInvalid
from app.crm.on_site import queries, service
from app.crm.on_site.models import NextVisitProposal
from app.crm.on_site.policies import CategoryWithoutJobType, ReplyIncomplete, count_proposing
from app.crm.on_site.schemas import NextVisitProposalOut, ProposeNextVisit, ProposingOut, ProposingsOut
from app.db.reader import Reader
from app.db.session import Session
from app.dispatch.api import JobNotPlannable, NotReadyThen, VisitNotFound, VisitTimeInvalid
from app.http.guards import anybody, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.orders.api import (
    JobNotFound,
    JobTypeNotFound,
    JobTypeRetired,
    OrderNotFound,
    OrderOfOtherSite,
    SiteOfOtherClient,
)
from app.workforce.api import SkillUnknown

Since = Annotated[date, QueryParameter(name="from", description="First day")]
Until = Annotated[date, QueryParameter(name="to", description="The day after the last")]
LONGEST = timedelta(days=10 * 366)
"""Of a period."""


@post("/visits/{visit_id:uuid}/propose-next", operation_id="proposeNextVisit", guards=[anybody])
@refuses(
    CategoryWithoutJobType,
    ClientArchived,
    JobNotFound,
    JobNotPlannable,
    JobTypeNotFound,
    JobTypeRetired,
    LossReasonWithoutRefusal,
    NextVisitInvalid,
    NotReadyThen,
    OrderNotFound,
    OrderOfOtherSite,
    ReplyIncomplete,
    SiteArchived,
    SiteNotFound,
    SiteOfOtherClient,
    SkillUnknown,
    VisitNotFound,
    VisitTimeInvalid,
)
@once
async def propose_next_visit(
    visit_id: FromPath[UUID],
    data: JSONBody[ProposeNextVisit],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> NextVisitProposalOut:
    """Ask the client on site about the next visit: book it at once, note the day that he names, or why not."""
    return NextVisitProposalOut.of(
        await service.propose_next_visit(session, caller, visit_id, data, now=clock.now())
    )


@get("/clients/{client_id:uuid}/next-visit-proposals", operation_id="listNextVisitProposals", guards=[office])
async def list_next_visit_proposals(
    client_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[NextVisitProposalOut]:
    """What a client said on site about next visits, newest first."""
    query = queries.select_of_client(caller, client_id)
    rows, next_cursor = await fetch_page(session, query, NextVisitProposal.id, cursor=cursor, limit=limit)
    return Page(items=[NextVisitProposalOut.of(row) for row in rows], next_cursor=next_cursor)


@get("/next-visit-proposals/by-worker", operation_id="countNextVisitProposals", guards=[office])
@refuses(PeriodInvalid)
async def count_next_visit_proposals(
    since: Since, until: Until, reader: NamedDependency[Reader]
) -> ProposingsOut:
    """Who asks his clients about the next visit while he is there, of the visits that were finished in a period."""
    check_length(until - since, longest=LONGEST)
    zone = await get_zone(reader)
    begins, ends = day_span(since, zone).starts_at, day_span(until, zone).starts_at
    visits = await queries.count_finished(reader, begins, ends)
    replies = await queries.find_last_replies(reader, begins, ends)
    return ProposingsOut(items=[ProposingOut.of(one) for one in count_proposing(visits, replies)])


router = Router(
    "/crm",
    route_handlers=[propose_next_visit, list_next_visit_proposals, count_next_visit_proposals],
    tags=["crm: next visits"],
)
