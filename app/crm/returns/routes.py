from datetime import date
from typing import Annotated

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from app.core.clock import Clock
from app.core.periods import PeriodInvalid
from app.crm.returns import service
from app.crm.returns.asked import Since, Until
from app.crm.returns.policies.fixed import periods_before
from app.crm.returns.schemas import (
    CollectedContactsOut,
    ComparisonOut,
    DueReturnsOut,
    FixedReturnsOut,
    SourceQualitiesOut,
)
from app.crm.returns.service import PeriodsOverlap
from app.crm.returns.values import By, Period
from app.crm.sources.queries import find_known
from app.db.reader import Reader
from app.http.guards import office
from app.http.refusals import refuses

Group = Annotated[By | None, QueryParameter(name="by", description="What to divide the clients by")]
LossDays = Annotated[int, QueryParameter(ge=1, le=3653, description="Days before the period of returns")]


@get("/fixed", operation_id="countFixedReturns", guards=[office])
@refuses(PeriodInvalid, PeriodsOverlap)
async def count_fixed_returns(
    visited_from: FromQuery[date],
    visited_to: FromQuery[date],
    returned_from: FromQuery[date],
    returned_to: FromQuery[date],
    reader: NamedDependency[Reader],
    by: Group = None,
) -> FixedReturnsOut:
    """How many of the clients who bought in one period bought again in a later one. The ends are not included."""
    visited, returned = Period(visited_from, visited_to), Period(returned_from, returned_to)
    count = await service.count_fixed(reader, visited, returned, group=by)
    return FixedReturnsOut.of(count, visited, returned)


@get("/retention", operation_id="countRetention", guards=[office])
@refuses(PeriodInvalid, PeriodsOverlap)
async def count_retention(
    since: Since,
    until: Until,
    loss_days: LossDays,
    reader: NamedDependency[Reader],
    by: Group = None,
) -> FixedReturnsOut:
    """How many of the clients who bought in the days before a period bought again in it.

    Other products count like this. Where clients come once a year, it shows far fewer than there are:
    see `countDueReturns`.
    """
    returned = Period(since, until)
    service.check_period(returned)
    visited = periods_before(returned, loss_days)
    count = await service.count_fixed(reader, visited, returned, group=by)
    return FixedReturnsOut.of(count, visited, returned)


@get("/due", operation_id="countDueReturns", guards=[office])
@refuses(PeriodInvalid)
async def count_due_returns(
    since: Since,
    until: Until,
    reader: NamedDependency[Reader],
    clock: NamedDependency[Clock],
    by: Group = None,
) -> DueReturnsOut:
    """How many clients came when they were due. Only needs of which it is certain count; the others stand apart."""
    due = Period(since, until)
    return DueReturnsOut.of(await service.count_due(reader, due, group=by, now=clock.now()), due)


@get("/workers", operation_id="compareWorkersByReturn", guards=[office])
@refuses(PeriodInvalid)
async def compare_workers_by_return(
    since: Since,
    until: Until,
    reader: NamedDependency[Reader],
    clock: NamedDependency[Clock],
) -> ComparisonOut:
    """To whom more clients come back, under equal conditions: each worker as if he had had the same clients as all."""
    due = Period(since, until)
    return ComparisonOut.of(await service.compare_workers(reader, due, now=clock.now()), due)


@get("/sources", operation_id="gradeSourcesByReturn", guards=[office])
@refuses(PeriodInvalid)
async def grade_sources_by_return(
    since: Since, until: Until, reader: NamedDependency[Reader], clock: NamedDependency[Clock]
) -> SourceQualitiesOut:
    """What clients of each source are worth, of those who bought for the first time in a period.

    It says how many of them came once, and what discount they were given.
    """
    first_bought = Period(since, until)
    counted = await service.count_quality(reader, first_bought, now=clock.now())
    return SourceQualitiesOut.of(counted, first_bought, await find_known(reader))


@get("/contacts", operation_id="countCollectedContacts", guards=[office])
@refuses(PeriodInvalid)
async def count_collected_contacts(
    since: Since, until: Until, reader: NamedDependency[Reader]
) -> CollectedContactsOut:
    """How many new clients there were by week and channel, and how many left a phone or an e-mail."""
    return CollectedContactsOut.of(await service.count_collected(reader, Period(since, until)))


router = Router(
    "/crm/returns",
    route_handlers=[
        count_fixed_returns,
        count_retention,
        count_due_returns,
        compare_workers_by_return,
        grade_sources_by_return,
        count_collected_contacts,
    ],
    tags=["crm: returns"],
)
