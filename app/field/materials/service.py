"""Materials used on site, their corrections, and the comparison with what was expected."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.errors import NotFound
from app.core.ids import uuid7
from app.core.merging import Clash
from app.core.periods import check_length
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import Work, work_in
from app.dispatch import api as dispatch
from app.field.materials import policies, queries
from app.field.materials.models import MaterialUse
from app.field.materials.values import ComparedJob, SentCorrection, SentUse, Standing, Taken, Use
from app.field.visits import VisitNotAtWork
from app.identity.api import get_entered_company
from app.orders import api as orders
from app.orders.api import JOB_OVER, JobOver, MaterialsRefused

PERIOD_MAX = timedelta(days=366)


class MaterialUseNotFound(NotFound):
    code = "material_use_not_found"


class Reported(NamedTuple):
    job_id: UUID
    clashes: Mapping[UUID, Sequence[Clash]]
    """By line: what the office has corrected meanwhile."""


class Report(NamedTuple):
    """What somebody reports of a job."""

    job_id: UUID
    visit_id: UUID | None
    lines: Sequence[SentUse]
    corrections: Sequence[SentCorrection]
    used_at: datetime


async def use_materials(
    session: Session,
    scope: Scope,
    *,
    visit_id: UUID,
    lines: Sequence[SentUse],
    corrections: Sequence[SentCorrection],
    used_at: datetime,
    now: datetime,
) -> Reported:
    """A worker reports what was used, or corrects what was reported before.

    A correction of the office that he has not seen stays. His own is then a clash, for a person to decide.

    Raises:
        VisitNotFound: not his visit.
        VisitNotAtWork: he has not been there.
        JobOver, MaterialsRefused: see `_keep`.
    """
    visit = await dispatch.lock_visit(session, scope, visit_id)
    if visit.status not in policies.MAY_REPORT:
        raise VisitNotAtWork(status=visit.status)
    report = Report(visit.job_id, visit_id, lines, corrections, used_at)
    return Reported(visit.job_id, await _keep(session, scope, report, now=now))


async def correct_materials(
    session: Session, scope: Scope, *, job_id: UUID, corrections: Sequence[SentCorrection], now: datetime
) -> None:
    """The office corrects what workers have reported.

    Raises:
        JobNotFound: no such job.
        JobOver, MaterialsRefused: see `_keep`.
    """
    await _keep(session, scope, Report(job_id, None, [], corrections, now), now=now)


async def lock_use(session: Session, scope: Scope, use_id: UUID) -> Standing:
    """What a reported line stands for now. Its job stays locked until COMMIT.

    Raises:
        MaterialUseNotFound: no such line in this company.
    """
    job_id = await queries.get_job_of_use(session, scope.company_id, use_id)
    if job_id is None:
        raise MaterialUseNotFound(use_id=use_id)
    await orders.lock_job(session, scope, job_id)
    uses = await queries.find_uses(session, scope.company_id, job_id)
    return Standing(job_id, policies.quantities_now(uses)[use_id])


async def _keep(
    session: Session, scope: Scope, report: Report, *, now: datetime
) -> Mapping[UUID, Sequence[Clash]]:
    """Add the rows, and answer which corrections clash with what the office has corrected.

    The job is locked, so that two corrections of a line come one after the other.

    Raises:
        JobNotFound: no such job, or not this worker's.
        JobOver: the job is closed or canceled.
        MaterialsRefused: lists every problem with its path.
    """
    await orders.lock_job(session, scope, report.job_id)
    job = await orders.get_job(session, scope, report.job_id)
    if job.status in JOB_OVER:
        raise JobOver(status=job.status)
    uses = await queries.find_uses(session, scope.company_id, report.job_id)
    await _check(session, scope, report, uses)
    taken = _take(scope, report, uses)
    report = report._replace(corrections=taken.written)
    session.add_all([*_new_rows(scope, report, now=now), *_correcting_rows(scope, report, uses, now=now)])
    await session.flush()  # the answer shows them
    return taken.clashes


def _take(scope: Scope, report: Report, uses: Sequence[Use]) -> Taken:
    """What the office corrects is written: `_check` has seen to what it did not know."""
    if report.visit_id is None:
        return Taken(report.corrections, {})
    return policies.take_corrections(report.corrections, uses, by=scope.user_id)


async def _check(session: Session, scope: Scope, report: Report, uses: Sequence[Use]) -> None:
    ids = {line.material_id for line in report.lines} | {use.material_id for use in uses}
    known = await orders.find_materials(session, scope.company_id, ids)
    named = [line.use_id for line in report.lines if line.use_id]
    taken = await queries.find_taken_ids(session, scope.company_id, named)
    lines = [(line.material_id, [line.quantity]) for line in report.lines]
    problems = [
        *orders.find_material_problems(lines, known, path="lines", may_repeat=True),
        *policies.find_use_problems(report.lines, taken),
        *policies.find_correction_problems(report.corrections, uses, known),
        *([] if report.visit_id else policies.find_outdated(report.corrections, uses)),
    ]
    if problems:
        raise MaterialsRefused(errors=problems)


def _new_rows(scope: Scope, report: Report, *, now: datetime) -> list[MaterialUse]:
    return [
        MaterialUse(
            company_id=scope.company_id,
            id=line.use_id or uuid7(),
            job_id=report.job_id,
            visit_id=report.visit_id,
            material_id=line.material_id,
            quantity=line.quantity,
            reason="",
            author_id=scope.user_id,
            used_at=report.used_at,
            received_at=now,
        )
        for line in report.lines
    ]


def _correcting_rows(
    scope: Scope, report: Report, uses: Sequence[Use], *, now: datetime
) -> list[MaterialUse]:
    by_id, stand = {use.id: use for use in uses}, policies.quantities_now(uses)
    return [
        MaterialUse(
            company_id=scope.company_id,
            id=uuid7(),
            job_id=report.job_id,
            visit_id=report.visit_id,
            material_id=by_id[one.use_id].material_id,
            quantity=one.quantity - stand[one.use_id],
            corrects_id=one.use_id,
            reason=one.reason,
            author_id=scope.user_id,
            used_at=report.used_at,
            received_at=now,
        )
        for one in report.corrections
    ]


async def compare_jobs(work: Work, job_ids: Iterable[UUID], *, now: datetime) -> list[ComparedJob]:
    """What was used in each of these jobs and what was expected, in a fixed number of reads; by job number."""
    ids = set(job_ids)
    rows = await queries.find_used(work, ids)
    first = dict.fromkeys(ids, now)
    for row in rows:
        first[row.job_id] = min(first[row.job_id], row.first_received_at)
    used = policies.used_by_job(rows)
    expected = await orders.find_expected_materials(work, first)
    needed = {one for _, lines in expected for one in lines} | {row.material_id for row in rows}
    materials = await orders.find_material_facts(work, needed)
    return [policies.compare_job(job, lines, used.get(job.job_id, {}), materials) for job, lines in expected]


async def compare_period(
    session: Session, scope: Scope, *, since: date, until: date, now: datetime
) -> list[ComparedJob]:
    """The jobs whose first report arrived on the days [since, until) by the company's calendar, each as a whole.

    So every job counts in one period, and the sum of the months is the year.

    Raises:
        PeriodInvalid: it ends before it begins, or is longer than a year.
    """
    check_length(until - since, longest=PERIOD_MAX)
    company = await get_entered_company(session, scope.company_id)
    zone = ZoneInfo(company.timezone)
    begin, end = (datetime.combine(day, time(), zone) for day in (since, until))
    job_ids = await queries.find_jobs_reported(session, scope.company_id, since=begin, until=end)
    async with work_in(session, scope.company_id) as work:
        return await compare_jobs(work, job_ids, now=now)
