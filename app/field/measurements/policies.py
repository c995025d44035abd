"""When a sheet may be sent from the site."""

from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.dispatch.api import AT_WORK
from app.field.visits import VisitNotAtWork
from app.orders import api as orders
from app.orders.api import MeasuredJob, SentSheet, Sheet, SheetOutcome


class SubmitFacts(NamedTuple):
    """What is known when a measurer sends a sheet."""

    visit_id: UUID
    visit_status: str
    job: MeasuredJob
    known: Sheet | None
    """The version this very command made before."""


def submit(
    facts: SubmitFacts, sent: SentSheet, *, command_id: UUID, by: UUID, measured_at: datetime, now: datetime
) -> SheetOutcome:
    """The sheet becomes the next version of the job. The same command again answers with the version it
    made, also after the visit is over.

    Raises:
        VisitNotAtWork: the measurer has not arrived, or has left.
        MeasurementRefused: every implausible size, by path.
        CommandReused: the command id came before with something else.
    """
    if facts.known is not None:
        return orders.repeat_sheet(facts.known, sent, visit_id=facts.visit_id)
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
