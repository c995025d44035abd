"""Measurement sheets: taken on site, corrected by the office, never changed."""

from datetime import datetime
from uuid import UUID

from app.core.scope import Scope
from app.db.session import Session
from app.db.work import Work
from app.orders.jobs.queries import LOCK_JOB
from app.orders.jobs.service import JobNotFound, find_job
from app.orders.measurements import policies, queries
from app.orders.measurements.policies import MeasurementNotFound, Outcome, SentSheet
from app.orders.measurements.sheets import Sheet


def keep_sheet(work: Work, outcome: Outcome) -> Sheet:
    """Write what was decided about a sheet."""
    work.write(*outcome.changes)
    work.announce(*outcome.news)
    return outcome.sheet


async def correct_measurement(
    work: Work,
    scope: Scope,
    *,
    job_id: UUID,
    sent: SentSheet,
    measured_at: datetime | None,
    seen_version: int | None = None,
    now: datetime,
) -> Sheet:
    """The office corrects what was measured.

    The caller has locked the visit of the last version. Everybody locks the visit before the job.

    Raises:
        JobNotFound: no such job.
        NothingToCorrect, SheetOutdated, MeasurementRefused: see `policies.correct`.
    """
    work.lock(LOCK_JOB, job_id)
    work.lock(queries.LOCK_ORDER_OF_JOB, job_id)
    job = await work.one(queries.TO_CORRECT, job=job_id)
    if job is None:
        raise JobNotFound(job_id=job_id)
    outcome = policies.correct(
        job, sent, by=scope.user_id, measured_at=measured_at, seen_version=seen_version, now=now
    )
    return keep_sheet(work, outcome)


async def get_sheet(session: Session, scope: Scope, measurement_id: UUID) -> Sheet:
    """
    Raises:
        MeasurementNotFound: no such measurement, or of a job that this worker has no visit of.
    """
    sheet = await queries.get_sheet(session, scope, measurement_id)
    if sheet is None or await find_job(session, scope, sheet.measurement.job_id) is None:
        raise MeasurementNotFound
    return sheet
