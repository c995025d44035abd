"""The facts about a visit whose time is to change."""

from typing import Any, NamedTuple

from sqlalchemy import and_

from app.db.query import Query
from app.dispatch.gate.policies import JobRules
from app.dispatch.gate.queries import RULE_COLUMNS, RULES_END, job_rules
from app.dispatch.offers.models import Offer
from app.dispatch.offers.policies import OfferState
from app.dispatch.offers.queries import IS_OPEN, OFFER_COLUMNS
from app.dispatch.visits.models import Visit
from app.dispatch.visits.queries import (
    JOB_STATE_COLUMNS,
    JOB_STATE_END,
    JOB_STATE_SELECT,
    VISIT_COLUMNS,
    VISIT_END,
    JobState,
    job_state,
    of_job,
)
from app.dispatch.visits.states import VisitState


class PlannedFacts(NamedTuple):
    job: JobState
    rules: JobRules


TO_PLAN = Query(
    JOB_STATE_SELECT.add_columns(*RULE_COLUMNS),
    lambda *row: PlannedFacts(job_state(*row[:-RULES_END]), job_rules(*row[-RULES_END:])),
)


class ScheduledFacts(NamedTuple):
    visit: VisitState
    job: JobState
    rules: JobRules
    offer: OfferState | None
    """The open offer: pending or accepted."""


def _facts(*row: Any) -> ScheduledFacts:
    rules_end = JOB_STATE_END + RULES_END
    offer = row[rules_end:]
    return ScheduledFacts(
        visit=VisitState(*row[:VISIT_END]),
        job=job_state(*row[VISIT_END:JOB_STATE_END]),
        rules=job_rules(*row[JOB_STATE_END:rules_end]),
        offer=OfferState(*offer) if offer[0] else None,
    )


SCHEDULED = Query(
    of_job(*VISIT_COLUMNS, *JOB_STATE_COLUMNS, *RULE_COLUMNS, *OFFER_COLUMNS).outerjoin(
        Offer, and_(Offer.company_id == Visit.company_id, Offer.visit_id == Visit.id, IS_OPEN)
    ),
    _facts,
)
