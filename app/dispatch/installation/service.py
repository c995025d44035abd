"""From ready windows to a booked crew: how busy the crews are, when they could come, booking one."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.contracts.dispatch import InstallationBooked
from app.core.errors import DomainError
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session
from app.db.work import work_in
from app.dispatch.gate.policies import Rule, WorkerBusy
from app.dispatch.installation import queries
from app.dispatch.installation.schemas import BookInstallation
from app.dispatch.offers.service import offer_visit
from app.dispatch.scheduling.service import plan_visit
from app.dispatch.visits.states import VisitState
from app.orders import api as orders
from app.orders.api import (
    InstallationAlreadyBooked,
    JobFacts,
    JobKind,
    JobTypeFacts,
    JobTypeNeeded,
    OrderCanceled,
    OrderStatus,
    Production,
    ProductionStatus,
)
from app.workforce import api as workforce
from app.workforce.api import Beginning, CrewDay, CrewName

LOAD_DAYS_DEFAULT = 14
LOAD_DAYS_MAX = 92
LOOK_AHEAD_MAX = timedelta(days=3 * 365)
"""How far from today a requested day may be, in either direction."""


class DaysImpossible(DomainError):
    """The last day is not after the first, there are too many days between them, or they are years away."""

    status = 422
    code = "days_impossible"


class NotAgreedWithClient(DomainError):
    status = 422
    code = "not_agreed_with_client"


class ProductionCanceled(DomainError):
    """Nothing is being made, so there is nothing to install."""

    code = "production_canceled"


class CrewBusy(DomainError):
    """A member of the crew has another visit at that time."""

    code = "crew_busy"


class Slots(NamedTuple):
    """When installations of this length can begin, each with the crew's load on that day in percent.

    The load is None on a day off.
    """

    ready_from: datetime
    duration_min: int
    beginnings: list[tuple[Beginning, int | None]]


class BookedInstallation(NamedTuple):
    order: Production
    job: JobFacts
    visit: VisitState
    crew: CrewName


async def find_crew_load(
    session: Session, scope: Scope, *, first_day: date | None, end_day: date | None, now: datetime
) -> Sequence[CrewDay]:
    """How busy each crew is in [first_day, end_day) by the company's calendar.

    Raises:
        DaysImpossible: no day at all, too many days, or days that are years away.
    """
    zone = await orders.zone_of(session, scope.company_id)
    first_day = _check_near(first_day, zone=zone, now=now)
    end_day = end_day or first_day + timedelta(days=LOAD_DAYS_DEFAULT)
    if not 0 < (end_day - first_day).days <= LOAD_DAYS_MAX:
        raise DaysImpossible(days_max=LOAD_DAYS_MAX)
    return await workforce.find_crew_days(session, scope, first_day=first_day, end_day=end_day, zone=zone.key)


def _check_near(day: date | None, *, zone: ZoneInfo, now: datetime) -> date:
    """The requested day, or today. Refuses one that is years away."""
    today = now.astimezone(zone).date()
    if day is None:
        return today
    if abs(day - today) > LOOK_AHEAD_MAX:
        raise DaysImpossible(days_max=LOAD_DAYS_MAX)
    return day


async def find_installation_slots(
    session: Session,
    scope: Scope,
    *,
    production_order_id: UUID,
    first_day: date | None,
    days: int,
    duration_min: int | None,
    job_type_id: UUID | None,
    now: datetime,
) -> Slots:
    """When which crew could install these windows. Sorted by day, then least busy crew, then time.

    Raises:
        ProductionOrderNotFound: no such production order in this company.
        JobTypeNeeded: the company has several kinds of installation, or none.
        DaysImpossible: the first day is years away.
    """
    order = await orders.get_production(session, scope, production_order_id)
    job_type = await _installation_type(session, scope, job_type_id)
    zone = await orders.zone_of(session, scope.company_id)
    ready_from = order.installable_from(zone=zone, now=now)
    first_day = max(_check_near(first_day, zone=zone, now=now), ready_from.astimezone(zone).date())
    duration_min = duration_min or job_type.duration_min
    beginnings = await workforce.find_beginnings(
        session,
        scope.company_id,
        first_day=first_day,
        days=days,
        not_before=ready_from,
        duration_min=duration_min,
        skills=job_type.required_skills,
        zone=zone.key,
    )
    crew_days = await workforce.find_crew_days(
        session, scope, first_day=first_day, end_day=first_day + timedelta(days=days), zone=zone.key
    )
    load = {(one.crew_id, one.day): one.load_percent for one in crew_days}
    found = [(one, load.get((one.crew_id, one.day))) for one in beginnings]
    found.sort(key=lambda slot: (slot[0].day, slot[1] or 0, slot[0].starts_at, slot[0].crew_name))
    return Slots(ready_from=ready_from, duration_min=duration_min, beginnings=found)


async def _installation_type(session: Session, scope: Scope, job_type_id: UUID | None) -> JobTypeFacts:
    types = await orders.find_active_of_kind(session, scope.company_id, JobKind.INSTALLATION)
    found = [one for one in types if job_type_id in (None, one.id)]
    if len(found) != 1:
        raise JobTypeNeeded(kind=JobKind.INSTALLATION, job_types=[str(one.id) for one in found])
    return found[0]


async def book_installation(
    session: Session, scope: Scope, *, production_order_id: UUID, booking: BookInstallation, now: datetime
) -> BookedInstallation:
    """Book a crew for a production order: an installation job with a visit that is offered to the crew.

    The crew's time is booked at once, although the foreman still has to accept. The reminder is settled.
    If an earlier visit failed, its job gets another visit.

    Raises:
        ProductionOrderNotFound, CrewNotFound: not in this company.
        NotAgreedWithClient, JobTypeNeeded, VisitTimeInvalid, AssigneeNotFound: the request cannot be right.
        ProductionCanceled, OrderCanceled: there is nothing to install.
        InstallationAlreadyBooked: a visit is ahead, under way or has installed it.
        NotReadyThen: the windows will not be ready and neither a reason nor `even_if_early` was given.
        CrewBusy: a member of the crew has another visit at that time.
        AssigneeImpossible: the foreman or somebody who left the company is in their way.
        AssigneeUnsuitable: a skill is missing, somebody is absent or off shift, or the site is outside their
            territories.
    """
    order = await orders.get_production(session, scope, production_order_id, lock=True)
    if not booking.agreed_with_client:
        raise NotAgreedWithClient
    await _check_bookable(session, scope, order)
    crew = await workforce.get_working_crew(session, scope.company_id, booking.crew_id)
    job = await _job_to_install(session, scope, order, booking, now=now)
    visit = await _plan_and_offer(session, scope, job, booking, ready_on=order.awaited_on, now=now)
    booked = BookedInstallation(order, job, visit, crew)
    await _settle(session, scope, booked, now=now)
    return booked


async def _check_bookable(session: Session, scope: Scope, order: Production) -> None:
    """Refuse what has nothing left to install. The order is locked, so a second booking sees the first."""
    if order.status == ProductionStatus.CANCELED:
        raise ProductionCanceled
    visit = await queries.find_installation_visit(session, scope.company_id, order.installation_job_id)
    if visit is not None:
        raise InstallationAlreadyBooked(visit_id=visit.id, job_id=visit.job_id)
    client_order = await orders.get_order(session, scope, order.order_id)
    if client_order.status == OrderStatus.CANCELED:
        raise OrderCanceled


async def _job_to_install(
    session: Session, scope: Scope, order: Production, booking: BookInstallation, *, now: datetime
) -> JobFacts:
    """The job an earlier visit could not finish, or a new job at the site that was measured."""
    begun = await orders.find_unfinished_job(
        session, scope.company_id, order.installation_job_id, instructions=booking.instructions
    )
    if begun is not None:
        return begun
    job_type = await _installation_type(session, scope, booking.job_type_id)
    measured = await orders.get_job(session, scope, order.job_id)
    return await orders.create_job(
        session,
        scope,
        job_type_id=job_type.id,
        order_id=order.order_id,
        client_id=measured.client_id,
        site_id=measured.site_id,
        instructions=booking.instructions,
        now=now,
    )


async def _plan_and_offer(
    session: Session,
    scope: Scope,
    job: JobFacts,
    booking: BookInstallation,
    *,
    ready_on: date | None,
    now: datetime,
) -> VisitState:
    excused = {Rule.NOT_READY} if booking.even_if_early else set()
    async with work_in(session, scope.company_id) as work:
        planned = await plan_visit(
            work,
            scope,
            job_id=job.id,
            time=booking.time(),
            override_reason=booking.override_reason,
            ready_on=ready_on,
            excused=excused,
            now=now,
        )
    try:
        async with work_in(session, scope.company_id) as work:
            return await offer_visit(
                work,
                scope,
                visit_id=planned.id,
                crew_id=booking.crew_id,
                override_reason=booking.override_reason,
                excused=excused,
                now=now,
            )
    except WorkerBusy as busy:
        raise CrewBusy(**busy.params) from busy


async def _settle(session: Session, scope: Scope, booked: BookedInstallation, *, now: datetime) -> None:
    """Settle the reminder and record the booking in the history of the production order."""
    order, job, visit, crew = booked
    payload = {
        "job_id": str(job.id),
        "visit_id": str(visit.id),
        "crew_id": str(crew.id),
        "starts_at": visit.starts_at.isoformat(),
    }
    await orders.book_production(
        session, scope, production_order_id=order.id, job_id=job.id, booked=payload, now=now
    )
    await announce(
        session,
        scope.company_id,
        InstallationBooked(production_order_id=order.id, job_id=job.id, visit_id=visit.id, crew_id=crew.id),
    )
