"""Reads what a plan follows from, as it was in the last year; keeps the plans of months and what came of them."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from app.core.errors import DomainError, VersionConflict
from app.core.hours import day_span
from app.core.scope import Scope
from app.crm.figures.queries import Moves, count_became, count_moves, find_money
from app.crm.planning import queries
from app.crm.planning.models import MonthlyPlan
from app.crm.planning.policies import Actuals, Year, actuals_of, days_left, month_after, month_of
from app.crm.planning.values import MonthSoFar, NewPlan, Reached
from app.crm.returns.queries import count_repeated, get_zone
from app.crm.returns.values import Period
from app.db.reader import Reader
from app.db.session import Session, constraint_of
from app.http.versions import check_version
from app.identity import api as identity

A_YEAR = timedelta(days=365)


async def read_actuals(reader: Reader, *, now: datetime) -> Actuals:
    """What the last year says of the numbers of a plan."""
    zone = await get_zone(reader)
    today = now.astimezone(zone).date()
    last = Period(today - A_YEAR, today)
    since, before = (day_span(day, zone).starts_at for day in last)
    moves = await count_moves(reader, since, before)
    earlier, fans = await _year_before(reader, zone, since)
    return actuals_of(_year(moves, await count_repeated(reader, last), earlier, fans))


def _year(moves: Moves, repeated: int, earlier: int, fans: int) -> Year:
    return Year(moves.newcomers, moves.new_fans, moves.lost_fans, repeated, moves.fans, earlier, fans)


async def _year_before(reader: Reader, zone: ZoneInfo, before: datetime) -> tuple[int, int]:
    """Newcomers of the year before the last, and those who became fans within a year."""
    became = await count_became(reader, before - A_YEAR, before, zone)
    soon = (one.clients for one in became if one.days is not None and one.days <= A_YEAR.days)
    return sum(one.clients for one in became), sum(soon)


class MonthIsOver(DomainError):
    """A plan that is set when the month is over is none."""

    code = "month_is_over"


async def read_month(reader: Reader, day: date, *, now: datetime) -> MonthSoFar:
    """The month of a day: its plan, and what has come of it."""
    zone = await get_zone(reader)
    month, today = month_of(day), now.astimezone(zone).date()
    after = month_after(month)
    since, before = (day_span(one, zone).starts_at for one in (month, after))
    moves = await count_moves(reader, since, before)
    paid = sum(kop for _, _, kop in await find_money(reader, since, before))
    return MonthSoFar(
        month,
        (after - month).days,
        days_left(month, today),
        await queries.find_plan(reader, month),
        Reached(moves.newcomers, moves.new_fans, moves.lost_fans, paid),
    )


async def set_plan(
    session: Session,
    scope: Scope,
    *,
    month: date,
    plan: NewPlan,
    if_match: str | None,
    now: datetime,
) -> None:
    """Set the plan of a month, or change it.

    Raises:
        MonthIsOver: by the company's calendar.
        VersionRequired, VersionConflict: somebody else was faster.
    """
    zone = ZoneInfo((await identity.get_entered_company(session, scope.company_id)).timezone)
    if days_left(month, now.astimezone(zone).date()) == 0:
        raise MonthIsOver
    row = await queries.get_plan(session, scope.company_id, month)
    check_version(if_match, row.row_version if row else 0)
    if row is None:
        row = MonthlyPlan(company_id=scope.company_id, month=month)
        session.add(row)
    for name, value in plan._asdict().items():
        setattr(row, name, value)
    row.set_by, row.set_at = scope.user_id, now
    try:
        await session.flush()
    except IntegrityError as error:
        if constraint_of(error) == "pk_monthly_plan":  # two people set the first one
            raise VersionConflict(version=1) from error
        raise
