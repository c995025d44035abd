"""All SQL for visits whose escalation is due."""

from datetime import timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, DateTime, Integer, Uuid, and_, bindparam, func, or_, select

from app.clients.tables import Site
from app.db.query import Query
from app.dispatch.candidates.policies import OfferMade
from app.dispatch.offers.models import Offer
from app.dispatch.offers.queries import IS_OPEN, OFFER_COLUMNS, OFFERS_MADE, offers_made
from app.dispatch.offers.states import OfferState
from app.dispatch.visits.models import Visit
from app.dispatch.visits.queries import VISIT_COLUMNS
from app.dispatch.visits.states import VisitState
from app.identity.tables import Company
from app.notifications.tables import InboxItem
from app.orders.tables import Job, JobType

COMPANY = bindparam("company", type_=Uuid)

LONGEST_OVERDUE = Query(
    select(*VISIT_COLUMNS)
    .where(Visit.company_id == COMPANY, Visit.escalate_at <= bindparam("now", type_=DateTime(timezone=True)))
    .order_by(Visit.escalate_at)
    .limit(bindparam("at_most", type_=Integer))
    .with_for_update(skip_locked=True),
    VisitState,
)
"""The visits whose escalation has been due the longest, locked. A visit locked by somebody else, for example
because it is being answered, is skipped."""


class Known(NamedTuple):
    """What a climb needs beside the visit's own row."""

    visit_id: UUID
    accept_within: timedelta
    offer: OfferState | None
    known_items: frozenset[tuple[str, str]]
    offers: list[OfferMade]
    site_zone: str | None
    """None: the company's zone counts on site too."""
    waits_for_hours: bool
    """Time runs only in some hours in this company, or may."""


def _known(
    visit_id: UUID,
    within_s: int,
    waits: bool,
    known_items: Any,
    offers: Any,
    zone: str | None,
    *offer: Any,
) -> Known:
    return Known(
        visit_id,
        timedelta(seconds=within_s),
        OfferState(*offer) if offer[0] else None,
        frozenset((kind, occurrence) for kind, occurrence in known_items or []),
        offers_made(offers),
        zone,
        waits,
    )


ITEMS = (
    select(func.jsonb_agg(func.jsonb_build_array(InboxItem.kind, InboxItem.occurrence)))
    .where(InboxItem.company_id == COMPANY, InboxItem.subject_id == Visit.id)
    .correlate(Visit)
    .scalar_subquery()
)
KNOWN = Query(
    select(
        Visit.id,
        func.coalesce(Visit.accept_within_s, JobType.accept_within_s),
        or_(Company.office_hours.is_not(None), Company.offers_wait_for_shifts),
        ITEMS,
        OFFERS_MADE,
        Site.timezone,
        *OFFER_COLUMNS,
    )
    .select_from(Visit)
    .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
    .join(JobType, and_(JobType.company_id == Job.company_id, JobType.id == Job.job_type_id))
    .join(Site, and_(Site.company_id == Job.company_id, Site.id == Job.site_id))
    .join(Company, Company.id == Visit.company_id)
    .outerjoin(Offer, and_(Offer.company_id == Visit.company_id, Offer.visit_id == Visit.id, IS_OPEN))
    .where(Visit.company_id == COMPANY, Visit.id == func.any(bindparam("visits", type_=ARRAY(Uuid)))),
    _known,
)
