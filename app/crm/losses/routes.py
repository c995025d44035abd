from datetime import date
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency, Provide
from litestar.params import FromQuery

from app.core.clock import Clock
from app.core.periods import PeriodInvalid
from app.core.scope import Scope
from app.crm.losses import queries, service
from app.crm.losses.schemas import LossReasonsOut, LostClientOut, RefusedLeadsOut
from app.crm.losses.values import LostClient
from app.crm.returns.asked import Since, Until
from app.crm.returns.service import PeriodsOverlap
from app.crm.returns.values import Filters, Period
from app.db.reader import Reader
from app.http.guards import office
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, cut_page, read_cursor
from app.http.refusals import refuses
from app.http.schemas import Page


def provide_filters(
    source: FromQuery[str | None] = None,
    worker_id: FromQuery[UUID | None] = None,
    category: FromQuery[str | None] = None,
    territory_id: FromQuery[UUID | None] = None,
) -> Filters:
    """The clients of one group of a report."""
    return Filters(source, worker_id, category, territory_id)


@get("/fixed/lost", operation_id="listLostBetweenPeriods", guards=[office])
@refuses(PeriodInvalid, PeriodsOverlap)
async def list_lost_between_periods(
    visited_from: FromQuery[date],
    visited_to: FromQuery[date],
    returned_from: FromQuery[date],
    returned_to: FromQuery[date],
    reader: NamedDependency[Reader],
    filters: NamedDependency[Filters],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[LostClientOut]:
    """Clients who bought in the first period and not in the second, with the reason; the oldest card first."""
    lost = await service.find_lost_between(
        reader,
        Period(visited_from, visited_to),
        Period(returned_from, returned_to),
        filters,
        after=read_cursor(cursor) if cursor else None,
        at_most=limit + 1,
    )
    return await _page(reader, lost, limit)


@get("/due/lost", operation_id="listLostClients", guards=[office])
@refuses(PeriodInvalid)
async def list_lost_clients(
    since: Since,
    until: Until,
    reader: NamedDependency[Reader],
    clock: NamedDependency[Clock],
    filters: NamedDependency[Filters],
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[LostClientOut]:
    """Clients who were due in a period and certainly did not come, with the reason; the oldest card first."""
    lost = await service.find_lost_of_due(
        reader,
        Period(since, until),
        filters,
        after=read_cursor(cursor) if cursor else None,
        at_most=limit + 1,
        now=clock.now(),
    )
    return await _page(reader, lost, limit)


async def _page(reader: Reader, lost: list[LostClient], limit: int) -> Page[LostClientOut]:
    page, next_cursor = cut_page(lost, limit, by="client_id")
    reasons = await queries.find_reasons(reader, page)
    items = [LostClientOut.of(one, reasons.get(one.client_id)) for one in page]
    return Page(items=items, next_cursor=next_cursor)


@get("/due/reasons", operation_id="countLossReasons", guards=[office])
@refuses(PeriodInvalid)
async def count_loss_reasons(
    since: Since,
    until: Until,
    reader: NamedDependency[Reader],
    clock: NamedDependency[Clock],
    caller: NamedDependency[Scope],
) -> LossReasonsOut:
    """Why clients did not come when they were due: what they say, what was found, and what nobody could have kept."""
    due = Period(since, until)
    found = await service.count_why_lost(reader, due, now=clock.now())
    return LossReasonsOut.of(found, due, caller.lang)


@get("/refused-leads", operation_id="countRefusedLeads", guards=[office])
@refuses(PeriodInvalid)
async def count_refused_leads(
    since: Since, until: Until, reader: NamedDependency[Reader], caller: NamedDependency[Scope]
) -> RefusedLeadsOut:
    """Who asked, refused in a period and has bought nothing: by reason and source."""
    period = Period(since, until)
    return RefusedLeadsOut.of(await service.count_refused(reader, period), period, caller.lang)


router = Router(
    "/crm/returns",
    route_handlers=[list_lost_between_periods, list_lost_clients, count_loss_reasons, count_refused_leads],
    dependencies={"filters": Provide(provide_filters, sync_to_thread=False)},
    tags=["crm: returns"],
)
