"""All SQL about ladders that are due."""

from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer, Uuid, and_, bindparam, func, select

from app.db.query import Query
from app.dispatch.candidates.policies import OfferMade
from app.dispatch.offers.models import Offer
from app.dispatch.offers.policies import OfferState
from app.dispatch.offers.queries import IS_OPEN, OFFER_COLUMNS, OFFERS_MADE, offers_made
from app.dispatch.visits.models import Visit
from app.dispatch.visits.queries import VISIT_COLUMNS
from app.dispatch.visits.states import VisitState
from app.notifications.tables import InboxItem
from app.orders.tables import Job, JobType

COMPANY = bindparam("company", type_=Uuid)
VISITS = bindparam("visits", type_=ARRAY(Uuid))

OVERDUE = Query(
    select(*VISIT_COLUMNS)
    .where(Visit.company_id == COMPANY, Visit.escalate_at <= bindparam("now", type_=DateTime(timezone=True)))
    .order_by(Visit.escalate_at)
    .limit(bindparam("at_most", type_=Integer))
    .with_for_update(skip_locked=True),
    VisitState,
)
"""Visits whose escalation is due, earliest first, locked; those being answered right now are skipped."""


class Known(NamedTuple):
    """What is known of an overdue visit beside itself."""

    visit_id: UUID
    accept_within_s: int
    offer: OfferState | None
    told: frozenset[tuple[str, str]]
    offers: list[OfferMade]


def _known(visit_id: UUID, within_s: int, told: Any, offers: Any, *offer: Any) -> Known:
    return Known(
        visit_id,
        within_s,
        OfferState(*offer) if offer[0] else None,
        frozenset((kind, occurrence) for kind, occurrence in told or []),
        offers_made(offers),
    )


TOLD = (
    select(func.jsonb_agg(func.jsonb_build_array(InboxItem.kind, InboxItem.occurrence)))
    .where(InboxItem.company_id == Visit.company_id, InboxItem.subject_id == Visit.id)
    .correlate(Visit)
    .scalar_subquery()
)
KNOWN = Query(
    select(Visit.id, JobType.accept_within_s, TOLD, OFFERS_MADE, *OFFER_COLUMNS)
    .select_from(Visit)
    .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
    .join(JobType, and_(JobType.company_id == Job.company_id, JobType.id == Job.job_type_id))
    .outerjoin(Offer, and_(Offer.company_id == Visit.company_id, Offer.visit_id == Visit.id, IS_OPEN))
    .where(Visit.company_id == COMPANY, Visit.id == func.any(VISITS)),
    _known,
)
