"""The facts about a visit whose time is to change."""

from typing import Any, NamedTuple

from sqlalchemy import and_

from app.db.query import Query
from app.dispatch.offers.models import Offer
from app.dispatch.offers.policies import OfferState
from app.dispatch.offers.queries import IS_OPEN, OFFER_COLUMNS
from app.dispatch.visits.models import Visit
from app.dispatch.visits.queries import (
    JOB_STATE_COLUMNS,
    JOB_STATE_END,
    VISIT_COLUMNS,
    VISIT_END,
    JobState,
    job_state,
    of_job,
)
from app.dispatch.visits.states import VisitState


class ScheduledFacts(NamedTuple):
    visit: VisitState
    job: JobState
    offer: OfferState | None
    """The open offer: pending or accepted."""


def _facts(*row: Any) -> ScheduledFacts:
    offer = row[JOB_STATE_END:]
    return ScheduledFacts(
        visit=VisitState(*row[:VISIT_END]),
        job=job_state(*row[VISIT_END:JOB_STATE_END]),
        offer=OfferState(*offer) if offer[0] else None,
    )


SCHEDULED = Query(
    of_job(*VISIT_COLUMNS, *JOB_STATE_COLUMNS, *OFFER_COLUMNS).outerjoin(
        Offer, and_(Offer.company_id == Visit.company_id, Offer.visit_id == Visit.id, IS_OPEN)
    ),
    _facts,
)
