"""All SQL about the load of brigades and their free time; the two long ones in files of their own."""

from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select, text

from app.core.scope import Scope
from app.db.session import Session
from app.orders.job_types.models import JobType
from app.orders.jobs.models import Job
from app.orders.production.models import ProductionOrder
from app.orders.statuses import JobKind, JobStatus
from app.workforce.crews.models import Crew

FOLDER = Path(__file__).parent
CREW_LOAD = text((FOLDER / "crew_load.sql").read_text(encoding="utf-8"))
SLOTS = text((FOLDER / "slots.sql").read_text(encoding="utf-8"))


class CrewDay(NamedTuple):
    crew_id: UUID
    crew_name: str
    day: date
    shift_min: int
    """How long the whole crew is there."""
    booked_min: int
    """How long anybody of it is booked."""

    @property
    def load_percent(self) -> int | None:
        """None on a day off."""
        return round(100 * self.booked_min / self.shift_min) if self.shift_min else None


class Beginning(NamedTuple):
    """A moment at which a crew could begin."""

    crew_id: UUID
    crew_name: str
    day: date
    starts_at: datetime


async def find_crew_days(
    session: Session, scope: Scope, *, first_day: date, end_day: date, zone: str
) -> list[CrewDay]:
    """The load in [first_day, end_day), by day and crew."""
    given = {"company_id": scope.company_id, "first_day": first_day, "end_day": end_day, "zone": zone}
    return [CrewDay(*row) for row in await session.execute(CREW_LOAD, given)]


async def find_beginnings(
    session: Session,
    scope: Scope,
    *,
    first_day: date,
    days: int,
    not_before: datetime,
    duration_min: int,
    skills: Sequence[str],
    zone: str,
) -> list[Beginning]:
    given = {
        "company_id": scope.company_id,
        "first_day": first_day,
        "days": days,
        "not_before": not_before,
        "duration_min": duration_min,
        "skills": list(skills),
        "zone": zone,
    }
    return [Beginning(*row) for row in await session.execute(SLOTS, given)]


async def find_installation_types(
    session: Session, scope: Scope, job_type_id: UUID | None
) -> Sequence[JobType]:
    """The one asked for, or all that could be meant."""
    query = select(JobType).where(
        JobType.company_id == scope.company_id,
        JobType.kind == JobKind.INSTALLATION,
        JobType.is_active.is_(True),
    )
    if job_type_id is not None:
        query = query.where(JobType.id == job_type_id)
    return (await session.scalars(query)).all()


async def get_crew(session: Session, scope: Scope, crew_id: UUID) -> Crew | None:
    return await session.scalar(
        select(Crew).where(Crew.company_id == scope.company_id, Crew.id == crew_id, Crew.is_active.is_(True))
    )


async def get_open_job(session: Session, scope: Scope, job_id: UUID | None) -> Job | None:
    """The installation job, unless it is over: then a new one is needed."""
    if job_id is None:
        return None
    query = select(Job).where(
        Job.company_id == scope.company_id,
        Job.id == job_id,
        Job.status.not_in([JobStatus.CANCELED, JobStatus.COMPLETED, JobStatus.CLOSED]),
    )
    return await session.scalar(query)


async def get_measurement_job(session: Session, order: ProductionOrder) -> Job:
    return await session.get_one(Job, (order.company_id, order.job_id))
