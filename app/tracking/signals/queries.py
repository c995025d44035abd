"""All SQL about stops that nothing explains."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import (
    ARRAY,
    DateTime,
    Uuid,
    and_,
    any_,
    bindparam,
    delete,
    exists,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import Range

from app.clients.tables import Site
from app.core.hours import Span
from app.core.places import Place
from app.db.points import geography_of, place_of
from app.db.query import Query
from app.db.session import Session
from app.db.work import Work
from app.dispatch.tables import Visit, VisitEvent
from app.http.paging import fetch_page
from app.identity.tables import Company
from app.orders.tables import Job
from app.tracking.consents.models import PrivateTime, TrackingConsent
from app.tracking.facts.models import TrackDerivation
from app.tracking.signals.models import AllowedPlace, SignalAnswer, SignalSettings, StopSignal
from app.tracking.signals.policies import NEAR_CLIENT_M, Known, Spot, pauses_of_visits
from app.workforce.tables import Absence, Shift, VisitBooking, Worker

COMPANY = bindparam("company", type_=Uuid)
SINCE = bindparam("since", type_=DateTime(timezone=True))

AROUND = timedelta(hours=12)
"""A visit planned so long before or after the day may be made on it."""
LOOK_BACK = timedelta(days=365)
"""How far back a place counts as repeated, and a client as one of his."""
OLD_AT_ONCE = 200
"""Signals that one transaction removes."""
PHASES = ("en_route", "on_site", "in_progress", "paused")
HAPPENED_AT = func.coalesce(
    VisitEvent.corrected_at, func.least(VisitEvent.occurred_at, VisitEvent.received_at)
)


async def get_settings(session: Session, company_id: UUID, *, lock: bool = False) -> SignalSettings | None:
    """What the company has set. None: nothing, so nobody looks."""
    query = select(SignalSettings).where(SignalSettings.company_id == company_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def take_due_days(
    session: Session, company_id: UUID, *, now: datetime, limit: int
) -> list[tuple[UUID, date]]:
    """Claim days whose facts have changed and settled."""
    day = TrackDerivation
    due = (
        select(day.worker_id, day.day)
        .where(day.company_id == company_id, day.judge_at <= now)
        .order_by(day.judge_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = [(worker, on) for worker, on in await session.execute(due)]
    for worker, on in taken:
        mine = update(day).where(day.company_id == company_id, day.worker_id == worker, day.day == on)
        await session.execute(mine.values(judge_at=None))
    return taken


async def judge_open_again(session: Session, company_id: UUID, *, at: datetime) -> None:
    """Look again at the days of all signals that are open: something may explain them now."""
    day = TrackDerivation
    is_open = exists().where(
        StopSignal.company_id == company_id,
        StopSignal.worker_id == day.worker_id,
        StopSignal.day == day.day,
        StopSignal.closed_at.is_(None),
    )
    await session.execute(update(day).where(day.company_id == company_id, is_open).values(judge_at=at))


async def read_known(session: Session, company_id: UUID, worker_id: UUID, period: Span) -> Known:
    """Everything that can explain a stop of a worker in a period."""

    async def spans(table: type[Shift] | type[Absence] | type[PrivateTime]) -> list[Span]:
        query = select(func.lower(table.period), func.upper(table.period)).where(
            table.company_id == company_id,
            table.worker_id == worker_id,
            table.period.op("&&")(Range(*period)),
        )
        return [_within(period, *row) for row in await session.execute(query)]

    visits = await _find_visits(session, company_id, worker_id, period)
    paused = await _visit_pauses(session, company_id, visits)
    return Known(
        await spans(Shift),
        [*await spans(Absence), *await spans(PrivateTime), *paused],
        await _sites(session, company_id, visits),
        await _places(session, company_id, worker_id),
    )


def _within(period: Span, begins: datetime | None, ends: datetime | None) -> Span:
    return Span(
        max(begins or period.starts_at, period.starts_at), min(ends or period.ends_at, period.ends_at)
    )


async def _find_visits(session: Session, company_id: UUID, worker_id: UUID, period: Span) -> list[UUID]:
    """Visits that take his time then, and those he has tapped on, also if they were taken from him."""
    booked = (
        select(Visit.id)
        .join(
            VisitBooking,
            and_(VisitBooking.company_id == Visit.company_id, VisitBooking.visit_id == Visit.id),
        )
        .where(
            Visit.company_id == company_id,
            VisitBooking.worker_id == worker_id,
            Visit.starts_at < period.ends_at + AROUND,
            Visit.ends_at > period.starts_at - AROUND,
        )
    )
    tapped = select(VisitEvent.visit_id).where(
        VisitEvent.company_id == company_id,
        VisitEvent.actor_id == worker_id,
        VisitEvent.kind.in_(PHASES),
        VisitEvent.received_at >= period.starts_at,
        period.ends_at > HAPPENED_AT,
    )
    return list({*await session.scalars(booked), *await session.scalars(tapped)})


async def _visit_pauses(session: Session, company_id: UUID, visits: Sequence[UUID]) -> list[Span]:
    query = (
        select(VisitEvent.visit_id, VisitEvent.kind, HAPPENED_AT)
        .where(VisitEvent.company_id == company_id, VisitEvent.visit_id == _one_of(visits))
        .order_by(VisitEvent.visit_id, VisitEvent.id)
    )
    return pauses_of_visits([(visit, kind, at) for visit, kind, at in await session.execute(query)])


def _one_of(ids: Sequence[UUID]) -> object:
    return any_(literal(list(ids), ARRAY(Uuid)))


async def _sites(session: Session, company_id: UUID, visits: Sequence[UUID]) -> list[Spot]:
    query = (
        select(Site.point)
        .join(Job, and_(Job.company_id == Site.company_id, Job.site_id == Site.id))
        .join(Visit, and_(Visit.company_id == Job.company_id, Visit.job_id == Job.id))
        .where(Visit.company_id == company_id, Visit.id == _one_of(visits))
    )
    return [Spot(place_of(point), 0) for point in await session.scalars(query)]


async def _places(session: Session, company_id: UUID, worker_id: UUID) -> list[Spot]:
    """Allowed places, and the worker's home."""
    spots = [
        Spot(Place(lat=one.lat, lon=one.lon), one.radius_m) for one in await find_places(session, company_id)
    ]
    home = await session.scalar(
        select(Worker.home).where(Worker.company_id == company_id, Worker.id == worker_id)
    )
    return spots if home is None else [*spots, Spot(place_of(home), 0)]


async def find_places(session: Session, company_id: UUID) -> Sequence[AllowedPlace]:
    query = select(AllowedPlace).where(
        AllowedPlace.company_id == company_id, AllowedPlace.removed_at.is_(None)
    )
    return (await session.scalars(query.order_by(AllowedPlace.name, AllowedPlace.id))).all()


async def get_place(session: Session, company_id: UUID, place_id: UUID) -> AllowedPlace | None:
    query = select(AllowedPlace).where(
        AllowedPlace.company_id == company_id,
        AllowedPlace.id == place_id,
        AllowedPlace.removed_at.is_(None),
    )
    return await session.scalar(query.with_for_update())


class NearClient(NamedTuple):
    """The site of an earlier visit of the worker, beside a stop."""

    site_id: UUID
    job_number: int
    distance_m: int


async def find_near_clients(
    session: Session, company_id: UUID, worker_id: UUID, place: Place, *, before: datetime
) -> list[NearClient]:
    """Sites near a place at which he had a visit in the year before, the nearest first."""
    here = geography_of(place)
    distance = func.ST_Distance(Site.point, here)
    query = (
        select(Site.id, func.max(Job.number), func.min(distance))
        .join(Job, and_(Job.company_id == Site.company_id, Job.site_id == Site.id))
        .join(Visit, and_(Visit.company_id == Job.company_id, Visit.job_id == Job.id))
        .join(
            VisitBooking,
            and_(VisitBooking.company_id == Visit.company_id, VisitBooking.visit_id == Visit.id),
        )
        .where(
            Site.company_id == company_id,
            VisitBooking.worker_id == worker_id,
            Visit.starts_at < before,
            Visit.starts_at >= before - LOOK_BACK,
            func.ST_DWithin(Site.point, here, NEAR_CLIENT_M),
        )
        .group_by(Site.id)
        .order_by(func.min(distance), Site.id)
    )
    return [NearClient(site, number, round(far)) for site, number, far in await session.execute(query)]


async def lock_signals_of_day(
    session: Session, company_id: UUID, worker_id: UUID, day: date
) -> Sequence[StopSignal]:
    query = select(StopSignal).where(
        StopSignal.company_id == company_id, StopSignal.worker_id == worker_id, StopSignal.day == day
    )
    return (await session.scalars(query.order_by(StopSignal.id).with_for_update())).all()


async def get_signal(
    session: Session, company_id: UUID, signal_id: UUID, *, worker_id: UUID | None = None, lock: bool = False
) -> StopSignal | None:
    query = select(StopSignal).where(StopSignal.company_id == company_id, StopSignal.id == signal_id)
    if worker_id is not None:
        query = query.where(StopSignal.worker_id == worker_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def find_signals(
    session: Session,
    company_id: UUID,
    *,
    worker_id: UUID | None,
    is_open: bool | None,
    cursor: str | None,
    limit: int,
) -> tuple[Sequence[StopSignal], str | None]:
    """Signals, newest first, and the cursor of the next page."""
    query = select(StopSignal).where(StopSignal.company_id == company_id)
    if worker_id is not None:
        query = query.where(StopSignal.worker_id == worker_id)
    if is_open is not None:
        settled = or_(StopSignal.closed_at.is_not(None), StopSignal.gone_at.is_not(None))
        query = query.where(~settled if is_open else settled)
    return await fetch_page(session, query, StopSignal.id, cursor=cursor, limit=limit)


ON_PHONE_MAX = 50
"""The newest. The worker reads older ones online."""
SIGNAL_COLUMNS = tuple(StopSignal.__table__.c)
ON_PHONE = Query(
    select(*SIGNAL_COLUMNS)
    .where(
        StopSignal.company_id == COMPANY,
        StopSignal.worker_id == bindparam("worker", type_=Uuid),
        or_(
            func.coalesce(StopSignal.closed_at, StopSignal.gone_at).is_(None),
            func.coalesce(StopSignal.closed_at, StopSignal.gone_at) > SINCE,
        ),
    )
    .order_by(StopSignal.id.desc())
    .limit(ON_PHONE_MAX),
    lambda *row: StopSignal(**{one.key: value for one, value in zip(SIGNAL_COLUMNS, row, strict=True)}),
)


async def find_on_phone(work: Work, worker_id: UUID, *, settled_since: datetime) -> list[StopSignal]:
    """A worker's signals that are open, and those that were closed or explained since then. Newest first."""
    return await work.all(ON_PHONE, worker=worker_id, since=settled_since)


ANSWER_COLUMNS = tuple(SignalAnswer.__table__.c)
ANSWERS = Query(
    select(*ANSWER_COLUMNS)
    .where(
        SignalAnswer.company_id == COMPANY,
        SignalAnswer.signal_id == any_(bindparam("signals", type_=ARRAY(Uuid))),
    )
    .order_by(SignalAnswer.id),
    lambda *row: SignalAnswer(**{one.key: value for one, value in zip(ANSWER_COLUMNS, row, strict=True)}),
)


async def find_answers(work: Work, signal_ids: Sequence[UUID]) -> dict[UUID, list[SignalAnswer]]:
    """By signal, oldest first."""
    found: dict[UUID, list[SignalAnswer]] = defaultdict(list)
    for one in await work.all(ANSWERS, signals=signal_ids):
        found[one.signal_id].append(one)
    return found


PLACES_OF_SIGNALS = Query(
    select(StopSignal.worker_id, StopSignal.id, StopSignal.lat, StopSignal.lon).where(
        StopSignal.company_id == COMPANY,
        StopSignal.worker_id == any_(bindparam("workers", type_=ARRAY(Uuid))),
        StopSignal.from_at >= SINCE,
        StopSignal.gone_at.is_(None),
        StopSignal.lat.is_not(None),
    ),
    lambda worker_id, signal_id, lat, lon: (worker_id, signal_id, Place(lat=lat, lon=lon)),
)


async def find_places_of_signals(
    work: Work, worker_ids: Sequence[UUID], *, since: datetime
) -> dict[UUID, list[tuple[UUID, Place]]]:
    """By worker: id and place of his signals since then that hold."""
    found: dict[UUID, list[tuple[UUID, Place]]] = defaultdict(list)
    for worker, signal, place in await work.all(PLACES_OF_SIGNALS, workers=worker_ids, since=since):
        found[worker].append((signal, place))
    return found


ZONE = Query(select(Company.timezone).where(Company.id == COMPANY), ZoneInfo)


async def get_zone(work: Work) -> ZoneInfo:
    """The clock of the company."""
    return await work.one(ZONE) or ZoneInfo("UTC")


async def take_old_signals(
    session: Session, company_id: UUID, *, before: datetime, now: datetime
) -> Sequence[StopSignal]:
    """Claim signals that ended before this moment, or longer ago than the worker's consent of that time allows."""
    agreed = TrackingConsent
    too_old_for_consent = exists().where(
        agreed.company_id == company_id,
        agreed.worker_id == StopSignal.worker_id,
        agreed.given_at <= StopSignal.to_at,
        or_(agreed.withdrawn_at.is_(None), agreed.withdrawn_at > StopSignal.from_at),
        StopSignal.to_at < now - func.make_interval(0, 0, 0, agreed.kept_days),
    )
    query = select(StopSignal).where(
        StopSignal.company_id == company_id, or_(StopSignal.to_at < before, too_old_for_consent)
    )
    query = query.order_by(StopSignal.id).limit(OLD_AT_ONCE).with_for_update(skip_locked=True)
    return (await session.scalars(query)).all()


async def remove_signals(session: Session, company_id: UUID, signal_ids: Sequence[UUID]) -> None:
    """Remove signals with their answers."""
    for table, column in ((SignalAnswer, SignalAnswer.signal_id), (StopSignal, StopSignal.id)):
        await session.execute(
            delete(table)
            .where(table.company_id == company_id, column.in_(signal_ids))
            .execution_options(synchronize_session=False)
        )


async def lock_signals_in(
    session: Session, company_id: UUID, worker_id: UUID, periods: Sequence[tuple[datetime, datetime]]
) -> Sequence[StopSignal]:
    """Signals of stops that lie at least in part in these periods, and still have their place."""
    touches = [and_(StopSignal.from_at < until, StopSignal.to_at > since) for since, until in periods]
    query = select(StopSignal).where(
        StopSignal.company_id == company_id,
        StopSignal.worker_id == worker_id,
        StopSignal.lat.is_not(None),
        or_(*touches),
    )
    return (await session.scalars(query.order_by(StopSignal.id).with_for_update())).all()
