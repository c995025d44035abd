"""Working time of people: read from the history of their visits, corrected by the office with a trace."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy.exc import IntegrityError

from app.contracts.field import WorkingTimeCorrected
from app.core.errors import DomainError, NotFound
from app.core.exports import check_rows
from app.core.hours import Span, day_span
from app.core.ids import uuid7
from app.core.periods import check_length
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session, constraint_of
from app.dispatch import api as dispatch
from app.field.timesheet import policies, queries
from app.field.timesheet.models import TimeComment, TimeCorrection
from app.field.timesheet.policies import Correction, Day, Stretch, Timeline, Visited
from app.field.timesheet.schemas import CommentTimeCorrection, CorrectTime
from app.identity import api as identity
from app.notifications.api import InboxKind, Item, add_items_once
from app.tracking.api import DayMileage, find_mileage
from app.workforce import api as workforce

DAYS_MAX = 62
ROWS_MAX = 20_000
"""Of a payroll, with a row for each worker and day: two months of 322 workers, which take 12 s of a thread."""
VISITS_MAX = 100_000
"""That a payroll is counted of."""
CORRECTION_MAX = timedelta(days=1)
REVISION = "uq_time_correction__revision"


class TimeCorrectionNotFound(NotFound):
    code = "time_correction_not_found"


class TimeNotOver(DomainError):
    """Only time that is over is corrected."""

    status = 422
    code = "time_not_over"


class TimeCorrectedMeanwhile(DomainError):
    """Somebody else corrected the time of this worker at the same moment."""

    code = "time_corrected_meanwhile"


class _Histories(NamedTuple):
    """By worker: his visits, and the corrections of his time in their order."""

    visited: Mapping[UUID, Sequence[Visited]]
    corrections: Mapping[UUID, Sequence[Correction]]


NOTHING = Timeline([], [], [])


class Explained(NamedTuple):
    """A correction with what the worker said of it."""

    correction: TimeCorrection
    comments: Sequence[TimeComment]


class Timesheet(NamedTuple):
    """A worker's days, with the corrections of their time."""

    zone: str
    """Of the company: days go from midnight to midnight in it."""
    days: list[Day]
    corrections: list[Explained]


def days_between(since: date, until: date) -> list[date]:
    """Each day of [since, until).

    Raises:
        PeriodInvalid: no day, or more than 62.
    """
    count = (until - since).days
    check_length(until - since, longest=timedelta(days=DAYS_MAX))
    return [since + timedelta(days=number) for number in range(count)]


async def read_timesheet(
    session: Session, company_id: UUID, *, worker_id: UUID, since: date, until: date
) -> Timesheet:
    """What a worker did on the days [since, until) of the company's zone. The sums of days are those of the week.

    Raises:
        PeriodInvalid: no day, or more than 62.
        WorkerNotFound: no such worker.
    """
    days = days_between(since, until)
    await workforce.check_is_worker(session, company_id, worker_id)
    zone = await _zone(session, company_id)
    period = _period(days, zone)
    lines = await _find_timelines(session, company_id, period, worker_id=worker_id)
    rows = await queries.find_corrections(
        session, company_id, since=period.starts_at, until=period.ends_at, worker_id=worker_id
    )
    line = lines[worker_id]
    explained = await _explain(session, company_id, rows)
    return Timesheet(zone.key, policies.by_day(line, days, zone), explained)


class PayrollFacts(NamedTuple):
    """What the payroll of some days follows from."""

    days: list[date]
    zone: ZoneInfo
    histories: _Histories
    mileage: list[DayMileage]
    """Of the days of which there are positions, or a shift without any."""
    names: dict[UUID, str]


class Payroll(NamedTuple):
    """The days of every worker who has time or mileage."""

    sheets: dict[UUID, list[Day]]
    names: dict[UUID, str]
    zone: ZoneInfo
    mileage: list[DayMileage]


async def read_payroll(session: Session, company_id: UUID, *, since: date, until: date) -> PayrollFacts:
    """What the payroll of everybody on the days [since, until) follows from. A fixed number of statements.

    Raises:
        PeriodInvalid: no day, or more than 62.
        ExportTooLarge: too many workers for so many days.
    """
    days = days_between(since, until)
    zone = await _zone(session, company_id)
    period = _period(days, zone)
    visits = await queries.count_visits(session, company_id, *period, at_most=VISITS_MAX + 1)
    check_rows(visits, rows_max=VISITS_MAX, instead="fewer_days")
    mileage = await find_mileage(session, company_id, None, days[0], days[-1], at_most=ROWS_MAX + 1)
    check_rows(mileage, rows_max=ROWS_MAX, instead="fewer_days")
    histories = await _read_histories(session, company_id, period)
    workers = {*histories.visited, *histories.corrections, *(one.worker_id for one in mileage)}
    check_rows(len(workers) * len(days), rows_max=ROWS_MAX, instead="fewer_days")
    names = await workforce.worker_names(session, company_id, list(workers))
    return PayrollFacts(days, zone, histories, mileage, names)


def count_payroll(facts: PayrollFacts) -> Payroll:
    """Count everybody's days. It takes about 35 ms for a worker and two months: call it in a thread."""
    lines = _timelines(facts.histories)
    driven = {one.worker_id for one in facts.mileage if one.distance_m}
    all_sheets = {
        worker: policies.by_day(lines.get(worker, NOTHING), facts.days, facts.zone)
        for worker in {*lines, *driven}
    }
    sheets = {
        worker: sheet
        for worker, sheet in all_sheets.items()
        if worker in driven or any(one.stretches or one.unended for one in sheet)
    }
    mileage = [one for one in facts.mileage if one.worker_id in sheets]
    return Payroll(sheets, facts.names, facts.zone, mileage)


async def _zone(session: Session, company_id: UUID) -> ZoneInfo:
    return ZoneInfo((await identity.get_entered_company(session, company_id)).timezone)


def _period(days: Sequence[date], zone: ZoneInfo) -> Span:
    return Span(day_span(days[0], zone).starts_at, day_span(days[-1], zone).ends_at)


async def _find_timelines(
    session: Session, company_id: UUID, period: Span, *, worker_id: UUID
) -> dict[UUID, Timeline]:
    """What a worker did in and around a period, as it is counted now."""
    histories = await _read_histories(session, company_id, period, worker_id=worker_id)
    return {worker_id: NOTHING} | _timelines(histories)


async def _read_histories(
    session: Session, company_id: UUID, period: Span, *, worker_id: UUID | None = None
) -> _Histories:
    since, until = period
    visited = await queries.find_visited(session, company_id, since=since, until=until, worker_id=worker_id)
    rows = await queries.find_corrections(session, company_id, since=since, until=until, worker_id=worker_id)
    corrections: dict[UUID, list[Correction]] = {}
    for row in rows:
        corrections.setdefault(row.worker_id, []).append(queries.correction_of(row))
    if worker_id is not None:
        visited = {worker_id: visited.get(worker_id, [])}
    return _Histories(visited, corrections)


def _timelines(histories: _Histories) -> dict[UUID, Timeline]:
    visited, corrections = histories
    return {
        worker: policies.timeline(visited.get(worker, []), worker, corrections.get(worker, []))
        for worker in {*visited, *corrections}
    }


async def correct_time(
    session: Session, scope: Scope, *, worker_id: UUID, correction: CorrectTime, now: datetime
) -> Explained:
    """Say what a worker did in a period. What was counted before is kept in the row; the worker sees both.

    Raises:
        WorkerNotFound, VisitNotFound: no such worker or visit.
        PeriodInvalid: it ends before it begins, or is longer than a day.
        TimeNotOver: it ends in the future.
        TimeCorrectedMeanwhile: somebody else did so at the same moment.
    """
    period = _checked(correction.starts_at, correction.ends_at, now=now)
    await workforce.check_is_worker(session, scope.company_id, worker_id)
    if correction.visit_id is not None:
        await dispatch.get_visit(session, scope, correction.visit_id)
    row = TimeCorrection(
        company_id=scope.company_id,
        id=uuid7(),
        worker_id=worker_id,
        revision=await queries.last_revision(session, scope.company_id, worker_id) + 1,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        says=correction.says,
        visit_id=correction.visit_id,
        was=await _counted(session, scope.company_id, worker_id, period),
        reason=correction.reason,
        corrected_by=scope.user_id,
        corrected_at=now,
    )
    await _add(session, row)
    news = WorkingTimeCorrected(worker_id=worker_id, correction_id=row.id)
    await announce(session, scope.company_id, news)
    return Explained(row, [])


def _checked(starts_at: datetime, ends_at: datetime, *, now: datetime) -> Span:
    """The period in whole seconds, UTC.

    Raises:
        PeriodInvalid, TimeNotOver: see `correct_time`.
    """
    period = Span(policies.in_seconds(starts_at), policies.in_seconds(ends_at))
    check_length(period.ends_at - period.starts_at, longest=CORRECTION_MAX)
    if period.ends_at > now:
        raise TimeNotOver
    return period


async def _counted(session: Session, company_id: UUID, worker_id: UUID, period: Span) -> list[dict[str, Any]]:
    """What is counted in a period until now, as it is kept."""
    lines = await _find_timelines(session, company_id, period, worker_id=worker_id)
    pieces = [piece for one in lines[worker_id].stretches for piece in policies.inside(one, period)]
    return [_written(one) for one in pieces]


def _written(stretch: Stretch) -> dict[str, Any]:
    return {
        "kind": str(stretch.kind),
        "starts_at": stretch.starts_at.isoformat(),
        "ends_at": stretch.ends_at.isoformat(),
        "visit_id": str(stretch.visit_id) if stretch.visit_id else None,
    }


async def _add(session: Session, row: TimeCorrection) -> None:
    try:
        async with session.begin_nested():
            session.add(row)
    except IntegrityError as error:
        if constraint_of(error) != REVISION:
            raise
        raise TimeCorrectedMeanwhile from error


async def find_corrections(
    session: Session, company_id: UUID, *, worker_id: UUID, since: date, until: date
) -> list[Explained]:
    """Corrections of a worker's time on the days [since, until), in the order in which they hold.

    Raises:
        PeriodInvalid: no day, or more than 62.
    """
    period = _period(days_between(since, until), await _zone(session, company_id))
    rows = await queries.find_corrections(
        session, company_id, since=period.starts_at, until=period.ends_at, worker_id=worker_id
    )
    return await _explain(session, company_id, rows)


async def _explain(session: Session, company_id: UUID, rows: Sequence[TimeCorrection]) -> list[Explained]:
    comments = await queries.find_comments(session, company_id, [row.id for row in rows]) if rows else {}
    return [Explained(row, comments.get(row.id, [])) for row in rows]


async def comment_time_correction(
    session: Session, scope: Scope, *, correction_id: UUID, sent: CommentTimeCorrection, now: datetime
) -> Explained:
    """A worker says what he thinks of a correction of his time. A supervisor finds it in the inbox.

    Raises:
        TimeCorrectionNotFound: no correction of his time.
    """
    row = await queries.get_correction(session, scope.company_id, correction_id, worker_id=scope.user_id)
    if row is None:
        raise TimeCorrectionNotFound(correction_id=correction_id)
    said_at = sent.happened_at(now)
    comment = queries.new_comment(scope.company_id, row.id, scope.user_id, sent.comment, said_at)
    session.add(comment)
    await session.flush()  # the answer shows it among the others
    names = await workforce.worker_names(session, scope.company_id, [scope.user_id])
    params = {"worker": names[scope.user_id], "comment": sent.comment}
    item = Item("supervisor", InboxKind.TIME_COMMENTED, "time_correction", row.id, params, str(comment.id))
    await add_items_once(session, scope.company_id, item)
    return (await _explain(session, scope.company_id, [row]))[0]
