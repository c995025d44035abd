"""All SQL about invitations."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    DateTime,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from app.clients.tables import Client, Site, is_card_of
from app.core.scope import Scope
from app.crm.candidates.queries import COMPANY, IDS, TODAY, Windows, has_any, is_booked, ripe_clients
from app.crm.invites.models import Invitation, InvitationSettings
from app.crm.invites.policies import InvitationStatus, Standing
from app.crm.tracks.models import NeedTrack
from app.db.query import Query
from app.db.reader import Reader
from app.db.session import Session
from app.db.wake import wake_for
from app.db.work import Work
from app.identity.tables import Company
from app.notifications.tables import Message
from app.orders.tables import Job, JobType
from app.workforce.tables import Territory

S = InvitationStatus
STANDS = or_(
    Invitation.closed_at.is_(None),
    and_(
        Invitation.expires_on >= TODAY,
        or_(
            Invitation.status == func.any(literal([S.ANSWERED.value, S.EXPIRED.value], ARRAY(Text))),
            and_(Invitation.status == S.WITHDRAWN.value, Invitation.withdrawn_by.is_not(None)),
        ),
    ),
)
"""Whoever has said no, or was struck off by a person, is not asked again for what comes due now."""
WAS_ASKED = has_any(Invitation, NeedTrack.client_id, STANDS)
RIPE = Query(
    ripe_clients()
    .where(~WAS_ASKED)
    .order_by(func.min(NeedTrack.due_on), NeedTrack.client_id)
    .limit(bindparam("at_most", type_=Integer)),
    lambda one: one,
)


async def find_ripe(work: Work, windows: Windows, today: date, *, at_most: int) -> list[UUID]:
    """Clients to propose, the longest due first: nobody who has an open invitation or has answered it."""
    return await work.all(RIPE, **windows._asdict(), today=today, at_most=at_most)


def select_invitations(
    scope: Scope, *, status: InvitationStatus | None, client_id: UUID | None
) -> Select[Invitation]:
    query = select(Invitation).where(Invitation.company_id == scope.company_id)
    if status is not None:
        query = query.where(Invitation.status == status)
    return query if client_id is None else query.where(Invitation.client_id == client_id)


async def get_invitation(
    session: Session, company_id: UUID, invitation_id: UUID, *, lock: bool = False
) -> Invitation | None:
    query = select(Invitation).where(Invitation.company_id == company_id, Invitation.id == invitation_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return await session.scalar(query)


async def lock_proposed(
    session: Session, company_id: UUID, ids: Sequence[UUID] | None, *, limit: int
) -> Sequence[Invitation]:
    """Proposed ones, the longest due first, locked. `ids` None: all of them. Those that others hold are left out."""
    query = select(Invitation).where(
        Invitation.company_id == company_id, Invitation.status == S.PROPOSED.value
    )
    if ids is not None:
        query = query.where(Invitation.id.in_(ids))
    return (
        await session.scalars(
            query.order_by(Invitation.due_on, Invitation.id)
            .limit(limit)
            .with_for_update(skip_locked=True)
            .execution_options(populate_existing=True)
        )
    ).all()


async def find_unbooked(session: Session, company_id: UUID) -> Sequence[Invitation]:
    """Those that were released and may still take somebody's time."""
    query = select(Invitation).where(
        Invitation.company_id == company_id,
        Invitation.closed_at.is_(None),
        Invitation.status != S.PROPOSED.value,
    )
    return (await session.scalars(query.order_by(Invitation.id))).all()


BOOKED = Query(
    select(Client.id).where(Client.company_id == COMPANY, Client.id == func.any(IDS), is_booked(Client.id)),
    lambda one: one,
)


async def find_booked(work: Work, client_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these clients of whom something is planned, on its way or asked for."""
    return set(await work.all(BOOKED, ids=list(client_ids)))


MESSAGES_IN_VAIN = Query(
    select(Message.id)
    .join(Invitation, and_(Invitation.company_id == Message.company_id, Invitation.id == Message.subject_id))
    .join(Client, is_card_of(Invitation.client_id, COMPANY))
    .where(
        Message.company_id == COMPANY,
        Message.id == func.any(IDS),
        Message.subject_kind == "invitation",
        or_(Invitation.closed_at.is_not(None), is_booked(Client.id)),
    ),
    lambda one: one,
)


async def find_messages_in_vain(work: Work, message_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these messages that would invite somebody who has booked, or whose invitation is over."""
    return set(await work.all(MESSAGES_IN_VAIN, ids=list(message_ids)))


class Asked(NamedTuple):
    """An open invitation that went to some number."""

    invitation_id: UUID
    sent_at: datetime


async def find_asked(session: Session, company_id: UUID, phone: str, *, since: datetime) -> Asked | None:
    """The last open invitation of which a message went to this number since then."""
    query = (
        select(Invitation.id, Message.sent_at)
        .join(Message, and_(Message.company_id == Invitation.company_id, Message.subject_id == Invitation.id))
        .where(
            Invitation.company_id == company_id,
            Invitation.closed_at.is_(None),
            Message.phone == phone,
            Message.subject_kind == "invitation",
            Message.sent_at >= since,
        )
        .order_by(Message.sent_at.desc())
        .limit(1)
    )
    row = (await session.execute(query)).first()
    return None if row is None or row[1] is None else Asked(row[0], row[1])


class Open(NamedTuple):
    """An open invitation, locked."""

    id: UUID
    client_id: UUID
    status: str


OPEN_OF_CLIENTS = (
    "SELECT id, client_id, status FROM invitation WHERE company_id = $1 AND closed_at IS NULL AND client_id IN ("
    "  SELECT card.id FROM client asked"
    "    JOIN client card ON card.company_id = asked.company_id"
    "     AND coalesce(card.merged_into, card.id) = coalesce(asked.merged_into, asked.id)"
    "   WHERE asked.company_id = $1 AND asked.id = ANY($2::uuid[])) ORDER BY id FOR UPDATE"
)
OPEN_BY_ID = (
    "SELECT id, client_id, status FROM invitation"
    " WHERE company_id = $1 AND closed_at IS NULL AND id = ANY($2::uuid[]) ORDER BY id FOR UPDATE"
)


async def lock_open_of(work: Work, client_ids: Sequence[UUID]) -> list[Open]:
    """The open invitations of these clients, whichever of their cards is named."""
    return [Open(*row) for row in await work.rows(OPEN_OF_CLIENTS, list(client_ids))]


async def lock_open(work: Work, ids: Sequence[UUID]) -> list[Open]:
    return [Open(*row) for row in await work.rows(OPEN_BY_ID, list(ids))]


STANDING = Query(
    select(
        Invitation.id,
        func.coalesce(Client.merged_into, Client.id),
        Invitation.status,
        Invitation.batch_id,
        Invitation.closed_at.is_(None),
    )
    .join(Client, and_(Client.company_id == Invitation.company_id, Client.id == Invitation.client_id))
    .where(
        Invitation.company_id == COMPANY,
        or_(Client.id == func.any(IDS), Client.merged_into == func.any(IDS)),
        STANDS,
    )
    .order_by(Invitation.id)
    .with_for_update(of=Invitation),
    Standing,
)


async def lock_standing(work: Work, client_ids: Sequence[UUID], today: date) -> dict[UUID, list[Standing]]:
    """By surviving card: open invitations, and those that have settled what comes due now."""
    found: dict[UUID, list[Standing]] = defaultdict(list)
    for one in await work.all(STANDING, ids=list(client_ids), today=today):
        found[one.client_id].append(one)
    return found


async def lock_releases(session: Session, company_id: UUID) -> None:
    """Until COMMIT nobody else releases invitations. Two who count free hours at once would give them twice."""
    key = f"invitations {company_id}"
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def insert_invitation(session: Session, values: dict[str, Any]) -> bool:
    """Whether it is there now. It is not if the client has got an open one meanwhile."""
    added = insert(Invitation).values(**values).on_conflict_do_nothing().returning(Invitation.id)
    if await session.scalar(added) is None:
        return False
    wake_for(session, INVITATIONS, values)
    return True


INVITATIONS: Any = Invitation.__table__


class Booking(NamedTuple):
    job_id: UUID
    client_id: UUID


BOOKINGS = Query(
    select(Job.id, Job.client_id).where(
        Job.company_id == COMPANY,
        or_(Job.id == func.any(IDS), Job.order_id == func.any(bindparam("orders", type_=ARRAY(Uuid)))),
        Job.status == func.any(literal(["new", "planned", "in_progress"], ARRAY(Text))),
    ),
    Booking,
)


async def find_bookings(
    work: Work, *, jobs: Sequence[UUID] = (), orders: Sequence[UUID] = ()
) -> list[Booking]:
    """The open ones of these jobs, and of the jobs of these orders."""
    return await work.all(BOOKINGS, ids=list(jobs), orders=list(orders))


QUEUED = Query(
    select(Message.id, Message.subject_id).where(
        Message.company_id == COMPANY,
        Message.subject_kind == "invitation",
        Message.subject_id == func.any(IDS),
        Message.status == "queued",
    ),
    lambda message_id, invitation_id: (message_id, invitation_id),
)


async def find_queued(work: Work, ids: Sequence[UUID]) -> dict[UUID, UUID]:
    """The messages of these invitations that nobody has begun to send; each with its invitation."""
    return dict(await work.all(QUEUED, ids=list(ids)))


AREAS = Query(
    select(Site.id, Territory.id)
    .join(
        Territory,
        and_(Territory.company_id == Site.company_id, func.ST_Covers(Territory.area, Site.point)),
    )
    .where(Site.company_id == COMPANY, Site.id == func.any(IDS)),
    lambda site_id, territory_id: (site_id, territory_id),
)


async def find_areas(work: Work, site_ids: Sequence[UUID]) -> dict[UUID, set[UUID]]:
    """The territories in which sites lie."""
    found: dict[UUID, set[UUID]] = defaultdict(set)
    for site_id, territory_id in await work.all(AREAS, ids=list(site_ids)):
        found[site_id].add(territory_id)
    return found


class KnownType(NamedTuple):
    id: UUID
    code: str
    kind: str
    minutes: int
    skills: list[str]


TYPES = Query(
    select(JobType.id, JobType.code, JobType.kind, JobType.duration_min, JobType.required_skills)
    .where(JobType.company_id == COMPANY, JobType.is_active)
    .order_by(JobType.id),
    KnownType,
)


async def find_job_types(work: Work) -> list[KnownType]:
    return await work.all(TYPES)


class Sender(NamedTuple):
    """Who invites."""

    name: str
    sms_sender: str
    timezone: str


SENDER = Query(
    select(Company.name, Company.sms_sender, Company.timezone).where(Company.id == COMPANY), Sender
)


async def get_sender(work: Work) -> Sender:
    return (await work.all(SENDER))[0]


DUE = (
    "SELECT id FROM invitation WHERE company_id = $1 AND look_at <= $2 ORDER BY look_at LIMIT $3"
    " FOR UPDATE SKIP LOCKED"
)


async def take_expired(work: Work, *, now: datetime, at_most: int) -> list[UUID]:
    """Open ones whose day has passed, locked."""
    return [row["id"] for row in await work.rows(DUE, now, at_most)]


ROUND = (
    "SELECT company_id FROM invitation_settings WHERE company_id = $1 AND propose_at <= $2"
    " FOR UPDATE SKIP LOCKED"
)


async def take_round(work: Work, *, now: datetime) -> bool:
    """Whether it is time to propose, and nobody else does it."""
    return bool(await work.rows(ROUND, now))


async def get_settings(
    session: Session, company_id: UUID, *, lock: bool = False
) -> InvitationSettings | None:
    query = select(InvitationSettings).where(InvitationSettings.company_id == company_id)
    return await session.scalar(query.with_for_update() if lock else query)


COUNTS = Query(
    select(Invitation.status, Invitation.reason, func.count())
    .where(
        Invitation.company_id == COMPANY,
        Invitation.proposed_at >= bindparam("since", type_=DateTime(timezone=True)),
        Invitation.proposed_at < bindparam("before", type_=DateTime(timezone=True)),
    )
    .group_by(Invitation.status, Invitation.reason)
    .order_by(Invitation.status, Invitation.reason),
    lambda status, reason, count: (status, reason, count),
)


async def count_by_status(reader: Reader, since: datetime, before: datetime) -> list[tuple[str, str, int]]:
    return await reader.all(COUNTS, since=since, before=before)
