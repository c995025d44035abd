"""Reports on tracks. Each look of the office is written down in the transaction that reads."""

from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.core.exports import check_rows
from app.core.hours import Span, day_span
from app.core.periods import check_length
from app.core.scope import Scope
from app.db.session import Session
from app.identity import api as identity
from app.tracking.facts.queries import find_facts, find_mileage, find_presences_of_visits, read_windows
from app.tracking.facts.values import DayMileage, TrackFact
from app.tracking.pings.queries import count_pings, find_pings
from app.tracking.pings.values import StoredPing
from app.tracking.reports import policies, queries
from app.tracking.reports.policies import Lateness, VisitSite, Whereabouts
from app.tracking.reports.queries import Arrival, DayState, PromisedVisit
from app.tracking.views.service import note_view
from app.workforce import api as workforce

LOOKS = (timedelta(minutes=10), timedelta(hours=2), timedelta(hours=24))
"""How far around a moment positions are looked for: nearly always the first is enough."""
MOMENT = timedelta(microseconds=1)
DAYS_MAX = 62
LATENESS_DAYS_MAX = 31
POSITIONS_MAX = 90_000
"""Of one day: a little more than one a second. As GeoJSON they take about 20 MB."""
ROWS_MAX = 20_000
"""Of mileage and lateness. As JSON they take about 8 MB."""


class Track(NamedTuple):
    """A day of a worker: what his phones said, and what follows from it."""

    worker_id: UUID
    worker_name: str
    day: date
    zone: ZoneInfo
    period: Span
    ping_count: int
    pings: list[StoredPing]
    """In the order of their true time, as they were sent. Only what is exported has them."""
    facts: list[TrackFact]
    sites: dict[UUID, VisitSite]
    """The visits of that day and the days beside it."""
    state: DayState

    def site_of(self, fact: TrackFact) -> VisitSite | None:
        """The visit that a presence is of, or during which a stop was. None: none, or one of another day."""
        visit_id = fact.visit_id or policies.visit_of_stop(fact, self.facts)
        return self.sites.get(visit_id) if visit_id else None


class LateVisit(NamedTuple):
    """A visit, and when somebody came to it by two witnesses."""

    visit: PromisedVisit
    arrival: Arrival | None
    presence: TrackFact | None
    late: Lateness


def _period(since: date, until: date, zone: ZoneInfo, *, days_max: int) -> Span:
    """The days [since, until).

    Raises:
        PeriodInvalid: no day, or too many.
    """
    check_length(until - since, longest=timedelta(days=days_max))
    return Span(day_span(since, zone).starts_at, day_span(until, zone).starts_at)


async def _zone(session: Session, company_id: UUID) -> ZoneInfo:
    return ZoneInfo((await identity.get_entered_company(session, company_id)).timezone)


async def read_track(
    session: Session, scope: Scope, *, worker_id: UUID, day: date, operation: str, now: datetime
) -> Track:
    """A worker's day as it is derived, and how many positions were sent. If the office asks, he sees that it did.

    Raises:
        WorkerNotFound: no such worker.
    """
    company_id = scope.company_id
    await workforce.check_is_worker(session, company_id, worker_id)
    zone = await _zone(session, company_id)
    period = day_span(day, zone)
    await note_view(session, scope, worker_id=worker_id, operation=operation, period=period, now=now)
    names = await workforce.worker_names(session, company_id, [worker_id])
    sites = await queries.find_visit_sites(session, company_id, worker_id, *period)
    return Track(
        worker_id,
        names[worker_id],
        day,
        zone,
        period,
        await count_pings(session, company_id, worker_id, *period),
        [],
        await find_facts(session, company_id, worker_id, *period),
        {one.visit_id: one for one in sites},
        await queries.get_day_state(session, company_id, worker_id, day, is_over=period.ends_at <= now),
    )


async def read_track_to_export(
    session: Session, scope: Scope, *, worker_id: UUID, day: date, operation: str, now: datetime
) -> Track:
    """The same with every position.

    Raises:
        WorkerNotFound: no such worker.
        ExportTooLarge: too many positions for one file.
    """
    track = await read_track(session, scope, worker_id=worker_id, day=day, operation=operation, now=now)
    check_rows(track.ping_count, rows_max=POSITIONS_MAX, instead="trips_and_stops")
    return track._replace(pings=await find_pings(session, scope.company_id, worker_id, *track.period))


class WhereaboutsThen(NamedTuple):
    whereabouts: Whereabouts
    zone: ZoneInfo
    now: datetime


async def find_whereabouts(
    session: Session, scope: Scope, *, worker_id: UUID, at: datetime, now: datetime
) -> WhereaboutsThen:
    """Where a worker was at a moment. He sees that somebody asked.

    Raises:
        WorkerNotFound: no such worker.
    """
    company_id = scope.company_id
    at = at.astimezone(UTC)
    await workforce.check_is_worker(session, company_id, worker_id)
    await note_view(
        session, scope, worker_id=worker_id, operation="getWhereabouts", period=Span(at, at), now=now
    )
    fixes = policies.usable(await _pings_around(session, company_id, worker_id, at))
    facts = await find_facts(session, company_id, worker_id, at, at + MOMENT)
    windows = await read_windows(session, company_id, worker_id, at, at + MOMENT)
    sites = await queries.find_visit_sites(session, company_id, worker_id, at, at)
    zone = await _zone(session, company_id)
    found = policies.where_was(at, fixes, facts, sites, untracked=policies.why_untracked(windows))
    return WhereaboutsThen(found, zone, now)


async def _pings_around(
    session: Session, company_id: UUID, worker_id: UUID, at: datetime
) -> list[StoredPing]:
    """Positions on both sides of a moment, from as short a time around it as has some on both."""
    found: list[StoredPing] = []
    for look in LOOKS:
        found = await find_pings(session, company_id, worker_id, at - look, at + look)
        fixes = policies.usable(found)
        if any(one.at <= at for one in fixes) and any(one.at > at for one in fixes):
            break
    return found


async def read_mileage(
    session: Session, company_id: UUID, *, since: date, until: date, worker_id: UUID | None
) -> list[DayMileage]:
    """Mileage of the days [since, until), by worker and day.

    Raises:
        PeriodInvalid: no day, or more than 62.
        ExportTooLarge: too many workers for so many days.
        WorkerNotFound: no such worker.
    """
    _period(since, until, await _zone(session, company_id), days_max=DAYS_MAX)
    last = until - timedelta(days=1)
    if worker_id is not None:
        await workforce.check_is_worker(session, company_id, worker_id)
    workers = None if worker_id is None else [worker_id]
    days = await find_mileage(session, company_id, workers, since, last, at_most=ROWS_MAX + 1)
    check_rows(days, rows_max=ROWS_MAX, instead="fewer_days_or_one_worker")
    return days


async def find_lateness(
    session: Session, scope: Scope, *, since: date, until: date, now: datetime
) -> list[LateVisit]:
    """How late people came to the visits whose window ended on the days [since, until).

    By the tap of the arrival, from the history, and by the positions. Neither changes when somebody edits
    the visit. Each worker whom positions have seen sees that somebody looked.

    Raises:
        PeriodInvalid: no day, or more than 31.
        ExportTooLarge: too many visits for one answer.
    """
    company_id = scope.company_id
    zone = await _zone(session, company_id)
    period = _period(since, until, zone, days_max=LATENESS_DAYS_MAX)
    promised = await queries.find_promised(
        session, company_id, since=period.starts_at, until=period.ends_at, at_most=ROWS_MAX + 1
    )
    check_rows(promised, rows_max=ROWS_MAX, instead="fewer_days")
    ids = [one.visit_id for one in promised]
    arrivals = await queries.find_arrivals(session, company_id, ids)
    seen: dict[UUID, TrackFact] = {}
    for presence in await find_presences_of_visits(session, company_id, ids):
        if presence.visit_id is not None:
            seen.setdefault(presence.visit_id, presence)
    for worker_id in sorted({one.worker_id for one in seen.values()}):
        await note_view(session, scope, worker_id=worker_id, operation="listLateness", period=period, now=now)
    return [_late(one, arrivals.get(one.visit_id), seen.get(one.visit_id)) for one in promised]


def _late(visit: PromisedVisit, arrival: Arrival | None, presence: TrackFact | None) -> LateVisit:
    late = policies.lateness(
        window_ends_at=visit.window_ends_at,
        tapped_at=arrival.at if arrival else None,
        seen_at=presence.from_at if presence else None,
    )
    return LateVisit(visit, arrival, presence, late)
