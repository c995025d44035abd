"""All SQL about the facts of workers' days."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import select

from app.core.places import Place
from app.db.session import Session
from app.tracking.facts import models, values
from app.tracking.facts.models import TrackDerivation
from app.tracking.facts.policies.kinds import FactKind, GapCause

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
    session: Session, company_id: UUID, worker_ids: Sequence[UUID], first: date, last: date
) -> list[values.DayMileage]:
    """The days from `first` to `last`, both included, of which there are positions, by worker and day."""
    day = TrackDerivation
    rows = await session.execute(
        select(day.worker_id, day.day, day.distance_m, day.moving_s, day.stopped_s, day.unseen_s)
        .where(
            day.company_id == company_id,
            day.worker_id.in_(worker_ids),
            day.day >= first,
            day.day <= last,
        )
        .order_by(day.worker_id, day.day)
    )
    return [values.DayMileage(**row) for row in rows.mappings()]


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
