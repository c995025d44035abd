from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from app.core.clock import Clock
from app.core.errors import NotFound
from app.core.hours import day_span
from app.core.periods import PeriodInvalid, check_length
from app.core.scope import Scope
from app.crm.rules.service import content_in_force
from app.crm.status_lists import queries
from app.crm.status_lists.policies import stands_of_weeks
from app.crm.status_lists.schemas import (
    ClientLifeOut,
    NeedOut,
    StatusCountOut,
    StatusCountsOut,
    StatusName,
    StatusStepOut,
    StatusWeekOut,
    StatusWeeksOut,
    TransitionOut,
    TransitionsOut,
    WholeLifeOut,
)
from app.crm.statuses.policies.history import ClientStatus
from app.db.session import Session
from app.http.guards import office
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit
from app.http.refusals import refuses
from app.http.schemas import Page
from app.identity.api import get_entered_company

LONGEST = timedelta(days=10 * 366)
"""Of a report."""


class LifeNotKnown(NotFound):
    """No such client, or his card was opened a moment ago and nobody has looked at it yet."""

    code = "life_not_known"


@get("/lives", operation_id="listClientLives", guards=[office])
async def list_client_lives(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    status: FromQuery[StatusName | None] = None,
    tier: FromQuery[str | None] = None,
    due_before: FromQuery[date | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ClientLifeOut]:
    """How clients stand, the newest card first. Every client has one of six statuses."""
    rows, next_cursor = await queries.find_lives(
        session, caller, status=status, tier=tier, due_before=due_before, cursor=cursor, limit=limit
    )
    rules = await content_in_force(session, caller.company_id)
    items = [ClientLifeOut.of(row, rules, lang=caller.lang, now=clock.now()) for row in rows]
    return Page(items=items, next_cursor=next_cursor)


@get("/lives/{client_id:uuid}", operation_id="getClientLife", guards=[office])
@refuses(LifeNotKnown)
async def get_client_life(
    client_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> WholeLifeOut:
    """The status of a client with its reason, what he will need next, and every step by which he came there."""
    row = await queries.get_life(session, caller, client_id)
    if row is None:
        raise LifeNotKnown(client_id=client_id)
    rules = await content_in_force(session, caller.company_id)
    needs = await queries.find_needs(session, caller, row.client_id)
    steps = await queries.find_steps(session, caller, row.client_id)
    return WholeLifeOut(
        life=ClientLifeOut.of(row, rules, lang=caller.lang, now=clock.now()),
        needs=[NeedOut.of(one, caller.lang) for one in needs],
        steps=[StatusStepOut.of(one, caller.lang) for one in steps],
    )


@get("/statuses", operation_id="countClientStatuses", guards=[office])
async def count_client_statuses(
    session: NamedDependency[Session], caller: NamedDependency[Scope], clock: NamedDependency[Clock]
) -> StatusCountsOut:
    """How many clients have which status."""
    rules = await content_in_force(session, caller.company_id)
    found = await queries.count_statuses(session, caller, cold_days=rules.cold_days, now=clock.now())
    items = [
        StatusCountOut(status=status.value, clients=clients, cold=cold)
        for status in ClientStatus
        for clients, cold in [found.get(status, (0, 0))]
    ]
    return StatusCountsOut(items=items)


@get("/status-changes", operation_id="countStatusChanges", guards=[office])
@refuses(PeriodInvalid)
async def count_status_changes(
    first: FromQuery[date],
    last: FromQuery[date],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
) -> TransitionsOut:
    """Who changed from which status to which, and how many of the newcomers have become fans.

    The days are those of the company's calendar, `first` and `last` included.
    """
    zone = ZoneInfo((await get_entered_company(session, caller.company_id)).timezone)
    since, until = day_span(first, zone).starts_at, day_span(last, zone).ends_at
    check_length(until - since, longest=LONGEST)
    found = await queries.count_transitions(session, caller, since, until)
    items = [TransitionOut(was=one.was, status=one.status, clients=one.clients) for one in found]  # type: ignore[arg-type]  # a CHECK of the table
    return TransitionsOut.of(items, await queries.count_newcomers(session, caller, since, until))


@get("/status-weeks", operation_id="countStatusesByWeek", guards=[office])
@refuses(PeriodInvalid)
async def count_statuses_by_week(
    first: FromQuery[date],
    last: FromQuery[date],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
) -> StatusWeeksOut:
    """How many clients had which status at the end of each week: from the week of `first` to that of `last`."""
    timezone = (await get_entered_company(session, caller.company_id)).timezone
    since, until = day_span(first, ZoneInfo(timezone)).starts_at, day_span(last, ZoneInfo(timezone)).ends_at
    check_length(until - since, longest=LONGEST)
    moves = await queries.count_moves_by_week(session, caller, until, timezone)
    return StatusWeeksOut(items=[StatusWeekOut.of(one) for one in stands_of_weeks(moves, first, last)])


router = Router(
    "/crm",
    route_handlers=[
        list_client_lives,
        get_client_life,
        count_client_statuses,
        count_status_changes,
        count_statuses_by_week,
    ],
    tags=["crm: statuses"],
)
