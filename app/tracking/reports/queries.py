"""All SQL about reports on tracks."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, and_, any_, func, literal, select

from app.clients.tables import Site
from app.db.points import place_of
from app.db.session import Session
from app.dispatch.api import EVER_HELD
from app.dispatch.tables import Visit, VisitEvent
from app.orders.tables import Job
from app.tracking.facts.models import TrackDerivation
from app.tracking.pings.models import TrackDay
from app.tracking.reports.policies import VisitSite
from app.workforce.tables import VisitBooking

AROUND = timedelta(days=1)
"""Visits planned further away from a moment have nothing to do with it."""


async def find_visit_sites(
    session: Session, company_id: UUID, worker_id: UUID, since: datetime, until: datetime
) -> list[VisitSite]:
    """The visits that take this worker's time in or around [since, until), with their sites."""
    query = (
        select(Visit.id, Job.number, Site.address, Site.point)
        .join(
            VisitBooking,
            and_(VisitBooking.company_id == Visit.company_id, VisitBooking.visit_id == Visit.id),
        )
        .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
        .join(Site, and_(Site.company_id == Job.company_id, Site.id == Job.site_id))
        .where(
            Visit.company_id == company_id,
            VisitBooking.worker_id == worker_id,
            Visit.starts_at < until + AROUND,
            Visit.ends_at > since - AROUND,
        )
        .order_by(Visit.starts_at, Visit.id)
    )
    rows = await session.execute(query)
    return [VisitSite(visit, number, address, place_of(point)) for visit, number, address, point in rows]


class DayState(NamedTuple):
    """How far a day of a worker is derived."""

    derived_at: datetime | None
    """None: never."""
    is_final: bool
    """The day is over, and nothing waits to be derived."""


async def get_day_state(
    session: Session, company_id: UUID, worker_id: UUID, day: date, *, is_over: bool
) -> DayState:
    derived_at = await session.scalar(
        select(TrackDerivation.derived_at).where(
            TrackDerivation.company_id == company_id,
            TrackDerivation.worker_id == worker_id,
            TrackDerivation.day == day,
        )
    )
    waits = await session.scalar(
        select(TrackDay.derive_at).where(
            TrackDay.company_id == company_id, TrackDay.worker_id == worker_id, TrackDay.day == day
        )
    )
    return DayState(derived_at, is_final=is_over and waits is None)


class PromisedVisit(NamedTuple):
    """A visit with the window that the client was promised. Once somebody has set out, the window stays as it is."""

    visit_id: UUID
    job_number: int
    address: str
    worker_id: UUID | None
    status: str
    window_starts_at: datetime
    window_ends_at: datetime


async def find_promised(
    session: Session, company_id: UUID, *, since: datetime, until: datetime, at_most: int
) -> list[PromisedVisit]:
    """Visits somebody accepted whose window ends in [since, until), in the order of their windows."""
    query = (
        select(
            Visit.id,
            Job.number,
            Site.address,
            Visit.worker_id,
            Visit.status,
            Visit.window_starts_at,
            Visit.window_ends_at,
        )
        .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
        .join(Site, and_(Site.company_id == Job.company_id, Site.id == Job.site_id))
        .where(
            Visit.company_id == company_id,
            Visit.starts_at >= since - AROUND,
            Visit.starts_at < until + AROUND,
            Visit.window_ends_at >= since,
            Visit.window_ends_at < until,
            Visit.status.in_(sorted(EVER_HELD)),
        )
        .order_by(Visit.window_starts_at, Visit.id)
        .limit(at_most)
    )
    return [PromisedVisit(*row) for row in await session.execute(query)]


HAPPENED_AT = func.coalesce(
    VisitEvent.corrected_at, func.least(VisitEvent.occurred_at, VisitEvent.received_at)
)


class Arrival(NamedTuple):
    """The first tap of the arrival at a visit, as the history keeps it."""

    by: UUID | None
    at: datetime
    """Corrected, and not before the stamps before it."""
    said_at: datetime
    """By the phone's clock."""
    received_at: datetime


async def find_arrivals(session: Session, company_id: UUID, visit_ids: Sequence[UUID]) -> dict[UUID, Arrival]:
    """When somebody tapped that he has arrived, by visit. From the history alone, which nobody changes."""
    query = (
        select(
            VisitEvent.visit_id,
            VisitEvent.actor_id,
            HAPPENED_AT,
            VisitEvent.payload["stamped_at"].astext,
            VisitEvent.occurred_at,
            VisitEvent.received_at,
        )
        .where(
            VisitEvent.company_id == company_id,
            VisitEvent.visit_id == any_(literal(list(visit_ids), ARRAY(Uuid))),
            VisitEvent.kind == "on_site",
        )
        .order_by(VisitEvent.visit_id, VisitEvent.id.desc())
    )
    return {
        visit: Arrival(by, datetime.fromisoformat(stamp) if stamp else at, said, received)
        for visit, by, at, stamp, said, received in await session.execute(query)
    }
