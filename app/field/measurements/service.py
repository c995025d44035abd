"""Measurement sheets from the site, and corrections by the office."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.core.scope import Scope
from app.db.session import Session
from app.db.work import Work
from app.dispatch import api as dispatch
from app.dispatch.api import VisitNotFound
from app.field.measurements import policies, queries
from app.field.measurements.policies import SubmitFacts
from app.field.measurements.schemas import CorrectMeasurement, SubmitMeasurement
from app.identity.api import find_users
from app.orders import api as orders
from app.orders.api import PastSheet, SentSheet, Sheet


async def submit_measurement(
    work: Work, scope: Scope, *, visit_id: UUID, sheet: SubmitMeasurement, now: datetime
) -> Sheet:
    """The measurer sends the sheet from the site.

    Raises:
        VisitNotFound: not his visit.
        VisitNotAtWork, MeasurementCorrected, MeasurementRefused: see `policies.submit`.
    """
    facts = await _facts(work, scope, visit_id)
    outcome = policies.submit(
        facts,
        await _sent(work, facts.job.job_id, sheet),
        command_id=sheet.command_id,
        by=scope.user_id,
        measured_at=sheet.happened_at(now),
        now=now,
    )
    return orders.keep_sheet(work, outcome)


async def take_measurement(
    work: Work,
    scope: Scope,
    *,
    visit_id: UUID,
    sheet: SubmitMeasurement,
    author_id: UUID,
    received_at: datetime,
    now: datetime,
) -> Sheet:
    """The office takes a sheet that its measurer could not send: he has lost the visit, for example. His phone sent it
    at `received_at`.

    Raises:
        VisitNotFound: no such visit in this company.
        MeasuredSince, MeasurementRefused: see `policies.take`.
    """
    facts = await _facts(work, scope, visit_id)
    outcome = policies.take(
        facts,
        await _sent(work, facts.job.job_id, sheet),
        command_id=sheet.command_id,
        by=author_id,
        measured_at=sheet.happened_at(received_at),
        now=now,
    )
    return orders.keep_sheet(work, outcome)


async def _facts(work: Work, scope: Scope, visit_id: UUID) -> SubmitFacts:
    """Locks the visit with its order.

    Raises:
        VisitNotFound: not one that the caller may see.
    """
    dispatch.lock_visit_with_order(work, visit_id)
    facts = await work.one(queries.TO_SUBMIT, visit=visit_id, **dispatch.sight_of(scope))
    if facts is None:
        raise VisitNotFound(visit_id=visit_id)
    return facts


async def correct_measurement(
    work: Work, scope: Scope, *, job_id: UUID, sheet: CorrectMeasurement, now: datetime
) -> Sheet:
    """The office corrects what was measured.

    Raises:
        JobNotFound, NothingToCorrect, SheetOutdated, MeasurementRefused: see `orders.correct_measurement`.
    """
    work.lock(queries.LOCK_MEASURED_VISIT, job_id)
    return await orders.correct_measurement(
        work,
        scope,
        job_id=job_id,
        sent=await _sent(work, job_id, sheet),
        measured_at=sheet.measured_at,
        seen_version=sheet.seen_version,
        now=now,
    )


async def _sent(work: Work, job_id: UUID, sheet: SubmitMeasurement | CorrectMeasurement) -> SentSheet:
    """What was sent, with what is wrong about its photos. Without photos nothing is read."""
    files = [photo.attachment_id for opening in sheet.openings for photo in opening.photos]
    known = await work.all(queries.FILES_OF_JOB, job=job_id, files=files) if files else []
    problems = policies.find_photo_problems(sheet.openings, {one.id: one for one in known})
    return SentSheet(sheet.openings, sheet.comment, problems)


async def find_authors(session: Session, scope: Scope, history: Sequence[PastSheet]) -> dict[UUID, str]:
    """The names of those who measured."""
    ids = {past.taken.author_id for past in history}
    ids |= {past.repeat.earlier.author_id for past in history if past.repeat}
    return {user.id: user.name for user in await find_users(session, scope.company_id, ids)}
