"""All SQL that reads facts of workers' days, and what they follow from."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from geoalchemy2 import WKBElement, WKTElement
from sqlalchemy import ARRAY, Select, Uuid, and_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import Range

from app.clients.tables import Site
from app.core.places import Place
from app.db.points import place_of
from app.db.query import Query
from app.db.session import Session
from app.db.work import Work
from app.dispatch.api import EVER_HELD, VisitStatus
from app.dispatch.tables import Visit
from app.orders.tables import Job
from app.tracking.consents.models import PrivateTime, TrackingConsent
from app.tracking.facts import models, values
from app.tracking.facts.models import ArrivalProposal, TrackDerivation
from app.tracking.facts.policies.arrivals import Expected
from app.tracking.facts.policies.gaps import Span
from app.tracking.facts.policies.kinds import FactKind, GapCause
from app.tracking.facts.policies.presence import VisitSite
from app.tracking.facts.policies.times import Windows
from app.tracking.facts.policies.track import microseconds
from app.workforce.tables import Absence, Shift, VisitBooking

NOT_REACHED = (VisitStatus.ACCEPTED, VisitStatus.EN_ROUTE)
"""He has accepted the visit and has not said that he arrived."""

A_DAY_AT_MOST = timedelta(hours=25)
"""A fact ends on the day it begins on, and no day is longer: summer time ends."""


async def find_facts(
    session: Session, company_id: UUID, worker_id: UUID, since: datetime, until: datetime
) -> list[values.TrackFact]:
    """Facts that touch [since, until), whole, in time order."""
    fact = models.TrackFact
    found = await session.scalars(
        select(fact)
        .where(
            fact.company_id == company_id,
            fact.worker_id == worker_id,
            fact.from_at > since - A_DAY_AT_MOST,
            fact.from_at < until,
            fact.to_at > since,
        )
        .order_by(fact.from_at, fact.to_at, fact.kind, fact.id)
    )
    return [_fact(one) for one in found]


async def find_presences_of_visits(
    session: Session, company_id: UUID, visit_ids: Sequence[UUID]
) -> list[values.TrackFact]:
    """When positions say that workers were at the sites of these visits, in time order."""
    fact = models.TrackFact
    found = await session.scalars(
        select(fact)
        .where(fact.company_id == company_id, fact.visit_id.in_(visit_ids), fact.kind == FactKind.PRESENCE)
        .order_by(fact.from_at, fact.id)
    )
    return [_fact(one) for one in found]


async def find_mileage(
    session: Session,
    company_id: UUID,
    worker_ids: Sequence[UUID] | None,
    first: date,
    last: date,
    *,
    at_most: int | None = None,
) -> list[values.DayMileage]:
    """The days from `first` to `last`, both included, by worker and day: those of which there are positions, and
    those whose shift passed without any.

    `worker_ids` None: of everybody.
    """
    day = TrackDerivation
    query = select(day.worker_id, day.day, day.distance_m, day.moving_s, day.stopped_s, day.unseen_s).where(
        day.company_id == company_id,
        day.day >= first,
        day.day <= last,
        or_(day.ping_count > 0, day.unseen_s > 0),
    )
    if worker_ids is not None:
        query = query.where(day.worker_id.in_(worker_ids))
    rows = await session.execute(query.order_by(day.worker_id, day.day).limit(at_most))
    return [values.DayMileage(**row) for row in rows.mappings()]


async def read_windows(
    session: Session, company_id: UUID, worker_id: UUID, since: datetime, until: datetime
) -> Windows:
    """When the worker may be tracked, as far as it touches [since, until)."""
    period = Range(since, until)

    async def spans(query: Select[*tuple[Any, ...]]) -> list[Span]:
        return [_span(*row, since=since, until=until) for row in await session.execute(query)]

    def periods(table: type[Shift] | type[Absence] | type[PrivateTime]) -> Select[*tuple[Any, ...]]:
        return (
            select(func.lower(table.period), func.upper(table.period))
            .where(
                table.company_id == company_id, table.worker_id == worker_id, table.period.op("&&")(period)
            )
            .order_by(table.period)
        )

    consent = TrackingConsent
    consents = select(consent.given_at, consent.withdrawn_at).where(
        consent.company_id == company_id,
        consent.worker_id == worker_id,
        consent.given_at < until,
        or_(consent.withdrawn_at.is_(None), consent.withdrawn_at > since),
    )
    return Windows(
        await spans(consents.order_by(consent.given_at)),
        await spans(periods(Shift)),
        await spans(periods(Absence)),
        await spans(periods(PrivateTime)),
    )


def _span(begin: datetime | None, end: datetime | None, *, since: datetime, until: datetime) -> Span:
    return Span(microseconds(max(begin or since, since)), microseconds(min(end or until, until)))


async def find_sites(
    session: Session, company_id: UUID, worker_id: UUID, since: datetime, until: datetime
) -> list[tuple[VisitSite, Expected | None]]:
    """The visits that the worker has accepted and that are planned in [since, until), with what he must still reach."""
    query = (
        select(Visit.id, Site.id, Site.point, Visit.starts_at, Visit.status)
        .join(VisitBooking, and_(VisitBooking.company_id == company_id, VisitBooking.visit_id == Visit.id))
        .join(Job, and_(Job.company_id == company_id, Job.id == Visit.job_id))
        .join(Site, and_(Site.company_id == company_id, Site.id == Job.site_id))
        .where(
            Visit.company_id == company_id,
            VisitBooking.worker_id == worker_id,
            Visit.starts_at >= since,
            Visit.starts_at < until,
            Visit.status.in_(EVER_HELD),
        )
        .order_by(Visit.id)
    )
    return [_visit_site(*row) for row in await session.execute(query)]


def _visit_site(
    visit_id: UUID, site_id: UUID, point: WKBElement | WKTElement, starts_at: datetime, status: str
) -> tuple[VisitSite, Expected | None]:
    place = place_of(point)
    site = VisitSite(visit_id, site_id, place.lat, place.lon, microseconds(starts_at))
    return site, Expected(visit_id, starts_at) if status in NOT_REACHED else None


async def get_hashes(
    session: Session, company_id: UUID, worker_id: UUID, day: date
) -> tuple[bytes, bytes] | None:
    """Hashes of the facts and of the edges of a day, as they were derived last."""
    known = select(TrackDerivation.facts_hash, TrackDerivation.edges_hash).where(
        TrackDerivation.company_id == company_id,
        TrackDerivation.worker_id == worker_id,
        TrackDerivation.day == day,
    )
    row = (await session.execute(known)).first()
    return (row[0], row[1]) if row else None


PROPOSALS_OF_VISITS = Query(
    select(*(getattr(ArrivalProposal, name) for name in values.ArrivalProposed.__struct_fields__)).where(
        ArrivalProposal.company_id == bindparam("company", type_=Uuid),
        ArrivalProposal.visit_id == func.any(bindparam("visits", type_=ARRAY(Uuid))),
    ),
    lambda *row: values.ArrivalProposed(
        **dict(zip(values.ArrivalProposed.__struct_fields__, row, strict=True))
    ),
)


async def find_proposals_of_visits(
    work: Work, visit_ids: Sequence[UUID]
) -> dict[UUID, values.ArrivalProposed]:
    """By visit, also of those that have been reached by now. A visit without a proposal is left out."""
    return {one.visit_id: one for one in await work.all(PROPOSALS_OF_VISITS, visits=visit_ids)}


def _fact(row: models.TrackFact) -> values.TrackFact:
    return values.TrackFact(
        id=row.id,
        worker_id=row.worker_id,
        day=row.day,
        kind=FactKind(row.kind),
        from_at=row.from_at,
        to_at=row.to_at,
        place=_place(row.lat, row.lon),
        accuracy_m=row.accuracy_m,
        distance_m=row.distance_m,
        visit_id=row.visit_id,
        site_id=row.site_id,
        cause=GapCause(row.cause) if row.cause else None,
        confidence=row.confidence,
        algorithm_version=row.algorithm_version,
        evidence=row.evidence,
    )


def _place(lat: float | None, lon: float | None) -> Place | None:
    return None if lat is None or lon is None else Place(lat=lat, lon=lon)
