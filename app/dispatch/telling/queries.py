"""The facts that messages about a visit contain."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Integer,
    Table,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    null,
    or_,
    select,
)

from app.clients.api import numbers_of, primary_phone_of, sms_phone_of
from app.clients.tables import Client, Site, is_card_of, of_client, phones_of_client
from app.db.query import Query
from app.db.session import Session
from app.dispatch.confirmation.models import ConfirmationSettings
from app.dispatch.confirmation.queries import RULE_COLUMNS, RULES_END, rules_of
from app.dispatch.offers.models import Offer
from app.dispatch.offers.queries import IS_OPEN
from app.dispatch.offers.states import OfferStatus
from app.dispatch.telling.facts import VisitToTell
from app.dispatch.telling.models import ClientNotice
from app.dispatch.telling.policies.notices import Notice, Says, Window
from app.dispatch.visits.models import Visit, VisitTelling
from app.identity.tables import Company, UserAccount
from app.notifications.api import Channel, MessageStatus
from app.notifications.tables import InboxItem, Message
from app.orders.tables import Job, JobType
from app.workforce.tables import Crew, Worker

COMPANY = bindparam("company", type_=Uuid)
VISITS = bindparam("visits", type_=ARRAY(Uuid))

DUE_TELLINGS = Query(
    select(VisitTelling.visit_id)
    .where(
        VisitTelling.company_id == COMPANY,
        VisitTelling.tell_at <= bindparam("now", type_=DateTime(timezone=True)),
    )
    .order_by(VisitTelling.tell_at)
    .limit(bindparam("at_most", type_=Integer))
    .with_for_update(skip_locked=True),
    lambda visit_id: visit_id,
)
"""Visits whose clients may have to be told something, earliest first. Each is looked at by one process at a time."""

TELLINGS_DUE_SOON = Query(
    select(VisitTelling.visit_id).where(
        VisitTelling.company_id == COMPANY,
        VisitTelling.visit_id == func.any(VISITS),
        VisitTelling.tell_at <= bindparam("until", type_=DateTime(timezone=True)),
    ),
    lambda visit_id: visit_id,
)
"""Those of these visits at which the sweep `telling` is about to look."""

OTHER_SITE = cast(Table, Site.__table__).alias("other_site")
SITE_ZONE = func.coalesce(Site.timezone, Company.timezone)


def _visit_to_tell(*row: Any) -> VisitToTell:
    *facts, phones = row[:-RULES_END]
    rest = primary_phone_of(phones), rules_of(*row[-RULES_END:]), numbers_of(phones)
    return VisitToTell._make([*facts, *rest])._replace(phone=sms_phone_of(phones))


VISITS_TO_TELL = Query(
    select(
        Visit.id,
        Visit.status,
        Visit.status_reason,
        Visit.window_starts_at,
        Visit.window_ends_at,
        Visit.worker_id,
        Visit.crew_id,
        Visit.departed_at,
        Visit.expected_at,
        UserAccount.name,
        and_(UserAccount.is_active, Worker.is_active),
        Crew.name,
        Job.id,
        Job.kind,
        Client.id,
        Client.lang,
        null(),
        Site.address,
        Site.apartment,
        exists().where(
            OTHER_SITE.c.company_id == COMPANY,
            OTHER_SITE.c.client_id == Client.id,
            OTHER_SITE.c.id != Site.id,
        ),
        SITE_ZONE,
        Company.name,
        Company.timezone,
        Company.sms_sender,
        Visit.client_answer,
        Visit.client_answered_at,
        Visit.is_new_client,
        or_(Client.is_buyer, Client.is_consumer),
        phones_of_client(COMPANY),
        *RULE_COLUMNS,
    )
    .select_from(Visit)
    .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
    .join(Client, is_card_of(Job.client_id, COMPANY))
    .join(Site, and_(Site.company_id == Job.company_id, Site.id == Job.site_id))
    .join(Company, Company.id == Visit.company_id)
    .outerjoin(
        UserAccount, and_(UserAccount.company_id == Visit.company_id, UserAccount.id == Visit.worker_id)
    )
    .outerjoin(Worker, and_(Worker.company_id == Visit.company_id, Worker.id == Visit.worker_id))
    .outerjoin(Crew, and_(Crew.company_id == Visit.company_id, Crew.id == Visit.crew_id))
    .outerjoin(ConfirmationSettings, ConfirmationSettings.company_id == Visit.company_id)
    .where(Visit.company_id == COMPANY, Visit.id == func.any(VISITS)),
    _visit_to_tell,
)


class NoticeOf(NamedTuple):
    visit_id: UUID
    notice: Notice


def _notice(
    visit_id: UUID, number: int, says: str, starts_at: datetime, ends_at: datetime, *row: Any
) -> NoticeOf:
    who, name, departed_at, created_at, message_id, status, phone, waits_until, was_tried, channel, *rest = (
        row
    )
    item_id, done_at, done_by, asks, supervisor_item_id, supervisor_done_at = rest
    notice = Notice(
        number=number,
        says=Says(says),
        window=Window(starts_at, ends_at),
        who=who,
        who_name=name,
        departed_at=departed_at,
        created_at=created_at,
        message_id=message_id,
        message_status=MessageStatus(status) if status else None,
        phone=phone,
        waits_until=waits_until,
        was_tried=bool(was_tried),
        is_by_sms=channel == Channel.SMS,
        item_id=item_id,
        item_is_open=item_id is not None and done_at is None,
        item_done_by=done_by,
        asks=asks,
        supervisor_item_id=supervisor_item_id,
        supervisor_item_is_open=supervisor_item_id is not None and supervisor_done_at is None,
    )
    return NoticeOf(visit_id, notice)


SUPERVISOR_ITEM = cast(Table, InboxItem.__table__).alias("supervisor_item")
NOTICES = Query(
    select(
        ClientNotice.visit_id,
        ClientNotice.number,
        ClientNotice.says,
        ClientNotice.window_starts_at,
        ClientNotice.window_ends_at,
        ClientNotice.who_id,
        ClientNotice.who_name,
        ClientNotice.departed_at,
        ClientNotice.created_at,
        ClientNotice.message_id,
        case(
            (and_(Message.status == "suppressed", Message.status_reason == "repeated"), "sent"),
            else_=Message.status,
        ),
        Message.phone,
        case((and_(Message.status == "queued", Message.status_reason == "quiet"), Message.send_at)),
        and_(Message.tries_before > 0, or_(Message.status == "queued", Message.status == "suppressed")),
        Message.channel,
        ClientNotice.item_id,
        InboxItem.done_at,
        InboxItem.done_by,
        ClientNotice.asks,
        ClientNotice.supervisor_item_id,
        SUPERVISOR_ITEM.c.done_at,
    )
    .outerjoin(
        Message, and_(Message.company_id == ClientNotice.company_id, Message.id == ClientNotice.message_id)
    )
    .outerjoin(
        InboxItem, and_(InboxItem.company_id == ClientNotice.company_id, InboxItem.id == ClientNotice.item_id)
    )
    .outerjoin(
        SUPERVISOR_ITEM,
        and_(
            SUPERVISOR_ITEM.c.company_id == ClientNotice.company_id,
            SUPERVISOR_ITEM.c.id == ClientNotice.supervisor_item_id,
        ),
    )
    .where(ClientNotice.company_id == COMPANY, ClientNotice.visit_id == func.any(VISITS))
    .order_by(ClientNotice.visit_id, ClientNotice.number),
    _notice,
)
"""What the clients of these visits were told, oldest first. A message that was left out because the client has the same
text already tells him as much as one that was sent."""

TELLINGS_OF_WORKER = Query(
    select(VisitTelling.visit_id)
    .join(Visit, and_(Visit.company_id == VisitTelling.company_id, Visit.id == VisitTelling.visit_id))
    .where(
        VisitTelling.company_id == COMPANY,
        Visit.worker_id == bindparam("worker", type_=Uuid),
        Visit.finished_at.is_(None),
    ),
    lambda visit_id: visit_id,
)
"""The visits of somebody who comes alone that are not over."""

TELLINGS_OF_CLIENT = Query(
    select(VisitTelling.visit_id)
    .join(Visit, and_(Visit.company_id == VisitTelling.company_id, Visit.id == VisitTelling.visit_id))
    .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
    .where(
        VisitTelling.company_id == COMPANY,
        of_client(Job.client_id, bindparam("client", type_=Uuid), COMPANY),
        Visit.finished_at.is_(None),
    ),
    lambda visit_id: visit_id,
)
"""The visits of a client that are not over."""


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


ENDED_OFFERS = Query(
    select(Offer.id, Offer.status).where(
        Offer.company_id == COMPANY,
        Offer.id == func.any(bindparam("offers", type_=ARRAY(Uuid))),
        Offer.status != OfferStatus.PENDING,
    ),
    lambda offer_id, status: (offer_id, status),
)


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
    site_zone: str
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
        SITE_ZONE,
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
