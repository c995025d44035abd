"""All SQL about answers of clients and the times they may choose."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Integer,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)

from app.clients.api import primary_phone_of
from app.clients.tables import Client, ClientContact, Site, is_card_of, phones_of_client
from app.core.places import Place
from app.db.query import Query
from app.db.session import Session
from app.dispatch.answering.policies import Place as SaidOfPlace
from app.dispatch.confirmation.models import ConfirmationSettings, VisitAnswer, VisitLink
from app.dispatch.confirmation.policies import Rules
from app.dispatch.confirmation.queries import RULE_COLUMNS, rules_of
from app.dispatch.telling.models import ClientNotice
from app.dispatch.telling.policies.notices import LEFT
from app.dispatch.visits.models import Visit, VisitEvent
from app.dispatch.visits.policies import AT_WORK, DONE, VisitStatus
from app.identity.tables import Company
from app.notifications.tables import Message
from app.orders.api import JobKind
from app.orders.tables import Job
from app.workforce.tables import VisitBooking

COMPANY = bindparam("company", type_=Uuid)
VISIT = bindparam("visit", type_=Uuid)


async def find_company_of_link(session: Session, code_hash: bytes) -> UUID | None:
    """Looks across companies: the only thing it tells is whose the link is."""
    company_id: UUID | None = await session.scalar(
        text("SELECT find_company_of_visit_link(:hash)"), {"hash": code_hash}
    )
    return company_id


class OpenedLink(NamedTuple):
    visit_id: UUID
    number: int
    """The notice that asked."""
    expires_at: datetime
    phone: str | None
    """Where the message with the link went. None: nobody knows any more."""
    is_of_client: bool
    """False: that number has been taken off the client's card, so whoever has the link is a stranger."""


async def get_link(session: Session, company_id: UUID, code_hash: bytes) -> OpenedLink:
    """The link whose company `find_company_of_link` has named."""
    is_on_card = exists().where(
        ClientContact.company_id == company_id,
        ClientContact.client_id == Client.id,
        ClientContact.value == Message.phone,
    )
    query = (
        select(
            VisitLink.visit_id,
            VisitLink.number,
            VisitLink.expires_at,
            Message.phone,
            or_(Message.phone.is_(None), is_on_card),
        )
        .join(Visit, and_(Visit.company_id == VisitLink.company_id, Visit.id == VisitLink.visit_id))
        .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
        .join(Client, is_card_of(Job.client_id, company_id))
        .outerjoin(
            ClientNotice,
            and_(
                ClientNotice.company_id == VisitLink.company_id,
                ClientNotice.visit_id == VisitLink.visit_id,
                ClientNotice.number == VisitLink.number,
            ),
        )
        .outerjoin(
            Message,
            and_(Message.company_id == ClientNotice.company_id, Message.id == ClientNotice.message_id),
        )
        .where(VisitLink.company_id == company_id, VisitLink.code_hash == code_hash)
    )
    return OpenedLink(*(await session.execute(query)).one())


class Surroundings(NamedTuple):
    """What an answer needs to know beside the visit and its job."""

    place: SaidOfPlace
    rules: Rules
    company_phone: str
    company_lang: str
    """What its office reads."""
    logo_sha256: bytes | None
    """Of the company."""
    moved: int
    """How often the client has moved the visit."""
    done_at: datetime | None
    """When its work was done. Null: it was not."""
    home: Place
    """Where the site is."""
    is_pinned: bool
    is_elsewhere: bool
    """Whoever has set out to it is at work at another visit, or has set out to another one since then."""


def _surroundings(zone: str, *row: Any) -> Surroundings:
    (
        company_phone,
        company_lang,
        logo_sha256,
        moved,
        done_at,
        lat,
        lon,
        is_pinned,
        is_elsewhere,
        phones,
        *rules,
    ) = row
    return Surroundings(
        SaidOfPlace(zone, primary_phone_of(phones) or ""),
        rules_of(*rules),
        company_phone,
        company_lang,
        logo_sha256,
        moved,
        done_at,
        Place(lat=lat, lon=lon),
        is_pinned,
        is_elsewhere,
    )


MOVED = (
    select(func.count())
    .where(
        VisitEvent.company_id == COMPANY,
        VisitEvent.visit_id == VISIT,
        VisitEvent.kind == "moved",
        VisitEvent.payload["by_client"].as_boolean(),
    )
    .scalar_subquery()
)
OTHER = cast(Table, Visit.__table__).alias("other_visit")
BOOKED = cast(Table, VisitBooking.__table__).alias("other_booking")
IS_ELSEWHERE = exists().where(
    BOOKED.c.company_id == COMPANY,
    BOOKED.c.worker_id == Visit.worker_id,
    BOOKED.c.visit_id != Visit.id,
    OTHER.c.company_id == BOOKED.c.company_id,
    OTHER.c.id == BOOKED.c.visit_id,
    or_(
        OTHER.c.status == func.any(literal(sorted(AT_WORK), ARRAY(Text))),
        and_(OTHER.c.status == VisitStatus.EN_ROUTE.value, OTHER.c.departed_at >= Visit.departed_at),
    ),
)
"""Nothing keeps him from setting out while another visit of his, or of his crew, is not over. Then he may still be
there, so while it lasts it does not matter when he came."""
SURROUNDINGS = Query(
    select(
        func.coalesce(Site.timezone, Company.timezone),
        Company.phone,
        Company.lang,
        Company.logo_sha256,
        MOVED,
        case((Visit.status == func.any(literal(sorted(DONE), ARRAY(Text))), Visit.finished_at)),
        func.ST_Y(func.geometry(Site.point)),
        func.ST_X(func.geometry(Site.point)),
        Visit.is_pinned,
        IS_ELSEWHERE,
        phones_of_client(COMPANY),
        *RULE_COLUMNS,
    )
    .select_from(Visit)
    .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
    .join(Client, is_card_of(Job.client_id, COMPANY))
    .join(Site, and_(Site.company_id == Job.company_id, Site.id == Job.site_id))
    .join(Company, Company.id == Visit.company_id)
    .outerjoin(ConfirmationSettings, ConfirmationSettings.company_id == Visit.company_id)
    .where(Visit.company_id == COMPANY, Visit.id == VISIT),
    _surroundings,
)


class Waiting(NamedTuple):
    """A «no» by SMS whose time has come."""

    id: UUID
    visit_id: UUID
    window_starts_at: datetime
    words: str


DUE_ANSWERS = Query(
    select(VisitAnswer.id, VisitAnswer.visit_id, VisitAnswer.window_starts_at, VisitAnswer.words)
    .where(
        VisitAnswer.company_id == COMPANY,
        VisitAnswer.act_at <= bindparam("now", type_=DateTime(timezone=True)),
    )
    .order_by(VisitAnswer.act_at)
    .limit(bindparam("at_most", type_=Integer)),
    Waiting,
)
STILL_DUE = Query(
    select(VisitAnswer.act_at).where(
        VisitAnswer.company_id == COMPANY, VisitAnswer.id == bindparam("answer", type_=Uuid)
    ),
    lambda act_at: act_at,
)
"""Read after the visit is locked."""


class Question(NamedTuple):
    """What a client was told about a visit, to which he may be answering."""

    visit_id: UUID
    number: int
    asks: bool
    window_starts_at: datetime
    is_answered: bool
    """He has answered about the window that the visit has now."""
    told_at: datetime
    status: str
    """Of the visit."""
    window_ends_at: datetime
    """Of the visit, as it is now."""
    has_window: bool
    """The visit still has this window."""

    @property
    def waits(self) -> bool:
        """The visit still has this window, and he has not answered yet."""
        return self.has_window and not self.is_answered

    def is_about(self, other: "Question") -> bool:
        return (self.visit_id, self.window_starts_at) == (other.visit_id, other.window_starts_at)


CLIENTS = bindparam("clients", type_=ARRAY(Uuid))
CARDS = select(Client.id).where(
    Client.company_id == COMPANY,
    or_(Client.id == func.any(CLIENTS), Client.merged_into == func.any(CLIENTS)),
)
QUESTIONS = Query(
    select(
        ClientNotice.visit_id,
        ClientNotice.number,
        ClientNotice.asks,
        ClientNotice.window_starts_at,
        Visit.client_answer.is_not(None),
        func.coalesce(Message.sent_at, ClientNotice.created_at),
        Visit.status,
        Visit.window_ends_at,
        Visit.window_starts_at == ClientNotice.window_starts_at,
    )
    .select_from(Job)
    .join(Visit, and_(Visit.company_id == Job.company_id, Visit.job_id == Job.id))
    .join(ClientNotice, and_(ClientNotice.company_id == Visit.company_id, ClientNotice.visit_id == Visit.id))
    .join(Message, and_(Message.company_id == ClientNotice.company_id, Message.id == ClientNotice.message_id))
    .where(
        Job.company_id == COMPANY,
        Job.client_id.in_(CARDS),
        Message.phone == bindparam("phone", type_=Text),
        Message.status == func.any(bindparam("left", sorted(LEFT), type_=ARRAY(Text))),
        ClientNotice.created_at <= bindparam("before", type_=DateTime(timezone=True)),
        ClientNotice.created_at > bindparam("after", type_=DateTime(timezone=True)),
    )
    .order_by(ClientNotice.created_at.desc(), ClientNotice.number.desc())
    .limit(20),
    Question,
)
"""What this number was told of visits lately, the newest first."""

ANSWER_OF = Query(
    select(VisitAnswer.id).where(
        VisitAnswer.company_id == COMPANY, VisitAnswer.source_id == bindparam("source", type_=Uuid)
    ),
    lambda answer_id: answer_id,
)
"""The answer that this SMS brought."""

ANSWERS = select(VisitAnswer).where(
    VisitAnswer.company_id == bindparam("company"), VisitAnswer.visit_id == bindparam("visit")
)


async def find_answers(session: Session, company_id: UUID, visit_id: UUID) -> Sequence[VisitAnswer]:
    """Every answer about a visit, oldest first."""
    found = await session.scalars(
        ANSWERS.order_by(VisitAnswer.id), {"company": company_id, "visit": visit_id}
    )
    return found.all()


SLOTS = text((Path(__file__).parent / "slots.sql").read_text(encoding="utf-8"))


async def find_free_moments(
    session: Session, company_id: UUID, *, visit_id: UUID, moments: Sequence[datetime], duration: timedelta
) -> list[datetime]:
    """Those of the moments at which somebody with the skills of the job could begin the visit, alone."""
    given = {
        "company_id": company_id,
        "visit_id": visit_id,
        "moments": list(moments),
        "duration_min": int(duration.total_seconds() // 60),
    }
    return [row.starts_at for row in await session.execute(SLOTS, given)]


class JobToMove(NamedTuple):
    kind: JobKind
    required_skills: list[str]
    company_zone: str


async def get_job_to_move(session: Session, company_id: UUID, job_id: UUID) -> JobToMove:
    query = (
        select(Job.kind, Job.required_skills, Company.timezone)
        .join(Company, Company.id == Job.company_id)
        .where(Job.company_id == company_id, Job.id == job_id)
    )
    kind, skills, zone = (await session.execute(query)).one()
    return JobToMove(JobKind(kind), skills, zone)
