"""Measurement sheets from the site and corrections by the office: who may send one, and when."""

from datetime import datetime
from uuid import UUID

from app.core.scope import Scope
from app.db.session import Session
from app.dispatch import api as dispatch
from app.field.measurements.schemas import CorrectMeasurement, SubmitMeasurement
from app.field.visits import AT_WORK, VisitNotAtWork
from app.orders import api as orders
from app.orders.api import Sheet


async def submit_measurement(
    session: Session, scope: Scope, *, visit_id: UUID, sheet: SubmitMeasurement, now: datetime
) -> Sheet:
    """The measurer sends the sheet from the site; it becomes the next version of his job.

    The same command again answers with the version it made, also after the visit is over.

    Raises:
        VisitNotFound: not his visit.
        VisitNotAtWork: he has not arrived, or has left.
        MeasurementRefused: every implausible size, by path.
        CommandReused: the command id came before with something else.
    """
    visit = await dispatch.lock_visit(session, scope, visit_id)
    known = await orders.find_repeated_sheet(
        session,
        scope,
        command_id=sheet.command_id,
        visit_id=visit_id,
        openings=sheet.openings,
        comment=sheet.comment,
    )
    if known is not None:
        return known
    if visit.status not in AT_WORK:
        raise VisitNotAtWork(status=visit.status)
    return await orders.add_measurement(
        session,
        scope,
        job_id=visit.job_id,
        visit_id=visit_id,
        command_id=sheet.command_id,
        openings=sheet.openings,
        comment=sheet.comment,
        measured_at=sheet.happened_at(now),
        now=now,
    )


async def correct_measurement(
    session: Session, scope: Scope, *, job_id: UUID, sheet: CorrectMeasurement, now: datetime
) -> Sheet:
    """The office corrects what was measured.

    Raises:
        JobNotFound: no such job.
        NothingToCorrect: nothing has been measured yet.
        MeasurementRefused: every implausible size, by path.
    """
    visit_id = await orders.get_measured_visit(session, scope, job_id)
    await dispatch.lock_visit(session, scope, visit_id)
    return await orders.correct_measurement(
        session,
        scope,
        job_id=job_id,
        openings=sheet.openings,
        comment=sheet.comment,
        measured_at=sheet.measured_at,
        now=now,
    )
