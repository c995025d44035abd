"""The facts that messages about a visit contain."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, bindparam, func, select

from app.clients.tables import Site
from app.db.query import Query
from app.db.session import Session
from app.dispatch.offers.models import Offer
from app.dispatch.offers.policies import OfferStatus
from app.dispatch.offers.queries import IS_OPEN
from app.dispatch.visits.models import Visit
from app.identity.tables import Company, UserAccount
from app.orders.tables import Job, JobType


class About(NamedTuple):
    """Whom a visit is for, and when he was promised it."""

    client_id: UUID
    window_starts_at: datetime
    window_ends_at: datetime


ABOUT = (
    select(Job.client_id, Visit.window_starts_at, Visit.window_ends_at)
    .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
    .where(Visit.company_id == bindparam("company"), Visit.id == bindparam("visit"))
)


async def get_about(session: Session, company_id: UUID, visit_id: UUID) -> About:
    return About(*(await session.execute(ABOUT, {"company": company_id, "visit": visit_id})).one())


ONE_OFFER = select(Offer).where(Offer.company_id == bindparam("company"), Offer.id == bindparam("offer"))


async def get_offer(session: Session, company_id: UUID, offer_id: UUID) -> Offer | None:
    return await session.scalar(ONE_OFFER, {"company": company_id, "offer": offer_id})


OPEN_OFFERS = select(Offer).where(
    Offer.company_id == bindparam("company"), Offer.visit_id.in_(bindparam("visits", expanding=True)), IS_OPEN
)


async def find_open_offers(
    session: Session, company_id: UUID, visit_ids: Sequence[UUID]
) -> dict[UUID, Offer]:
    """Open offers by visit id."""
    values = {"company": company_id, "visits": visit_ids}
    return {offer.visit_id: offer for offer in await session.scalars(OPEN_OFFERS, values)}


class OfferToTell(NamedTuple):
    """An offer with everything its SMS contains. Whoever has no phone is left out."""

    id: UUID
    worker_id: UUID
    phone: str
    lang: str
    expires_at: datetime
    starts_at: datetime
    job_type: str
    address: str
    timezone: str
    sms_sender: str


TO_TELL = (
    select(
        Offer.id,
        Offer.worker_id,
        UserAccount.phone,
        UserAccount.lang,
        Offer.expires_at,
        Visit.starts_at,
        JobType.name,
        Site.address,
        Company.timezone,
        Company.sms_sender,
    )
    .join(Visit, and_(Visit.company_id == Offer.company_id, Visit.id == Offer.visit_id))
    .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
    .join(JobType, and_(JobType.company_id == Job.company_id, JobType.id == Job.job_type_id))
    .join(Site, and_(Site.company_id == Job.company_id, Site.id == Job.site_id))
    .join(UserAccount, and_(UserAccount.company_id == Offer.company_id, UserAccount.id == Offer.worker_id))
    .join(Company, Company.id == Offer.company_id)
    .where(
        Offer.company_id == bindparam("company"),
        Offer.id == func.any(bindparam("offers", type_=ARRAY(Uuid))),
        UserAccount.phone.is_not(None),
    )
    .order_by(Offer.id)
)
OFFER_TO_TELL = Query(TO_TELL, OfferToTell)
OFFERS_TO_TELL = Query(
    TO_TELL.where(Offer.status == OfferStatus.PENDING, Offer.expires_at > bindparam("now")), OfferToTell
)
"""Those that still wait for an answer."""
