"""When a sheet may be sent from the site."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.dispatch.api import AT_WORK
from app.field.visits import VisitNotAtWork
from app.orders import api as orders
from app.orders.api import MeasuredJob, SentSheet, SheetOutcome


class SubmitFacts(NamedTuple):
    """What is known when a measurer sends a sheet."""

    visit_id: UUID
    visit_status: str
    job: MeasuredJob


def submit(
    facts: SubmitFacts, sent: SentSheet, *, command_id: UUID, by: UUID, measured_at: datetime, now: datetime
) -> SheetOutcome:
    """The sheet becomes the next version of the job.

    Raises:
        VisitNotAtWork: the measurer has not arrived, or has left.
        MeasurementRefused: every implausible size, by path.
    """
    if facts.visit_status not in AT_WORK:
        raise VisitNotAtWork(status=facts.visit_status)
    return orders.submit_sheet(
        facts.job,
        sent,
        visit_id=facts.visit_id,
        command_id=command_id,
        by=by,
        measured_at=measured_at,
        now=now,
    )
