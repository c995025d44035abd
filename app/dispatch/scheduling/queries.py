"""The facts about a visit whose time is to change."""

from typing import Any, NamedTuple, cast

from sqlalchemy import Table, and_, exists, or_

from app.clients.tables import Client
from app.db.query import Query
from app.dispatch.gate.policies import JobRules
from app.dispatch.gate.queries import RULE_COLUMNS, RULES_END, job_rules
from app.dispatch.offers.models import Offer
from app.dispatch.offers.queries import IS_OPEN, OFFER_COLUMNS
from app.dispatch.offers.states import OfferState
from app.dispatch.visits.models import Visit
from app.dispatch.visits.queries import (
    COMPANY,
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
from app.documents.api import has_signed_act
from app.orders.tables import Job

HIS_JOB = cast(Table, Job.__table__).alias("his_job")
HIS_CARD = cast(Table, Client.__table__).alias("his_card")
IS_NEW_CLIENT = ~exists().where(
    HIS_CARD.c.company_id == COMPANY,
    or_(HIS_CARD.c.id == Client.id, HIS_CARD.c.merged_into == Client.id),
    HIS_JOB.c.company_id == COMPANY,
    HIS_JOB.c.client_id == HIS_CARD.c.id,
    has_signed_act(COMPANY, HIS_JOB.c.id),
)
"""The client of the job has signed no act yet, whichever of his cards it names."""


class PlannedFacts(NamedTuple):
    job: JobState
    rules: JobRules
    is_new_client: bool


def _planned(*row: Any) -> PlannedFacts:
    *job, is_new_client = row[:-RULES_END]
    return PlannedFacts(job_state(*job), job_rules(*row[-RULES_END:]), is_new_client)


TO_PLAN = Query(JOB_STATE_SELECT.add_columns(IS_NEW_CLIENT, *RULE_COLUMNS), _planned)


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
