"""What is known of everybody who might take a visit: a fixed number of statements however many they are."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from geoalchemy2 import Geography
from sqlalchemy import Uuid, and_, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import TSTZRANGE, Range

from app.db.points import SRID, LatLon, geography_of
from app.db.session import Session
from app.dispatch.candidates.policies import POSITION_FRESH_FOR, CrewFacts, Facts, OfferMade
from app.dispatch.visits.models import Offer, Visit
from app.orders.jobs.models import Job
from app.workforce.absences.models import Absence
from app.workforce.bookings.models import VisitBooking
from app.workforce.crews.models import Crew, CrewMember
from app.workforce.people.models import Worker, WorkerTerritory
from app.workforce.shifts.models import Shift
from app.workforce.territories.models import Territory


class Task(NamedTuple):
    """What a visit asks for."""

    visit_id: UUID
    starts_at: datetime
    ends_at: datetime
    job_kind: str
    required_skills: list[str]
    site_id: UUID


WANTED = select(Job.kind, Job.required_skills, Job.site_id).where(
    Job.company_id == bindparam("company"), Job.id == bindparam("job")
)


async def get_task(session: Session, visit: Visit) -> Task:
    row = (await session.execute(WANTED, {"company": visit.company_id, "job": visit.job_id})).one()
    return Task(visit.id, visit.starts_at, visit.ends_at, *row)


COMPANY = bindparam("company", type_=Uuid)
PERIOD = bindparam("period", type_=TSTZRANGE)
THERE = bindparam("there", type_=Geography("POINT", srid=SRID))
IS_FRESH = and_(Worker.position.is_not(None), Worker.position_at >= bindparam("fresh_since"))
PLACE = case((IS_FRESH, Worker.position), else_=Worker.home)
SOURCE = case((IS_FRESH, "actual"), (Worker.home.is_not(None), "home"), else_="none")
BUSY = select(VisitBooking.worker_id).where(
    VisitBooking.company_id == COMPANY,
    VisitBooking.period.overlaps(PERIOD),
    VisitBooking.visit_id != bindparam("visit"),
)
ON_SHIFT = (
    select(Shift.worker_id)
    .where(Shift.company_id == COMPANY, Shift.period.overlaps(PERIOD))
    .group_by(Shift.worker_id)
    .having(func.range_agg(Shift.period).bool_op("@>")(PERIOD))
)
"""Whose shifts cover the whole visit; two that touch count as one."""
ABSENT = select(Absence.worker_id).where(Absence.company_id == COMPANY, Absence.period.overlaps(PERIOD))
BOUND_TO_TERRITORY = select(WorkerTerritory.worker_id).where(WorkerTerritory.company_id == COMPANY)
COVERING = (
    select(WorkerTerritory.worker_id)
    .join(
        Territory,
        and_(
            Territory.company_id == WorkerTerritory.company_id,
            Territory.id == WorkerTerritory.territory_id,
        ),
    )
    .where(WorkerTerritory.company_id == COMPANY, func.ST_Covers(Territory.area, THERE))
)
FACTS = select(
    Worker.id,
    Worker.skills,
    func.ST_Distance(PLACE, THERE),
    SOURCE,
    Worker.id.in_(BUSY),
    Worker.id.in_(ON_SHIFT),
    Worker.id.in_(ABSENT),
    and_(Worker.id.in_(BOUND_TO_TERRITORY), Worker.id.not_in(COVERING)),
).where(Worker.company_id == COMPANY, Worker.is_active)
FACTS_OF_SOME = FACTS.where(Worker.id.in_(bindparam("some", expanding=True)))


async def find_facts(
    session: Session,
    company_id: UUID,
    task: Task,
    *,
    site: LatLon,
    now: datetime,
    of: Sequence[UUID] | None = None,
) -> list[Facts]:
    """Of every worker of the company, or of some, in no order: those who cannot come are wanted too,
    with the reason, so that there is nothing a spatial index could leave out. Each fact costs one scan
    of its own table, of that time or that visit only, and not one look for each worker.
    """
    values = {
        "company": company_id,
        "period": Range(task.starts_at, task.ends_at),
        "visit": task.visit_id,
        "there": geography_of(site.lat, site.lon),
        "fresh_since": now - POSITION_FRESH_FOR,
    }
    if of is None:
        rows = await session.execute(FACTS, values)
    else:
        rows = await session.execute(FACTS_OF_SOME, values | {"some": of})
    return [Facts(*row) for row in rows]


async def find_offers_made(session: Session, company_id: UUID, visit_id: UUID) -> list[OfferMade]:
    query = select(Offer.worker_id, Offer.crew_id, Offer.status).where(
        Offer.company_id == company_id, Offer.visit_id == visit_id
    )
    return [OfferMade(*row) for row in await session.execute(query)]


async def find_crews(session: Session, company_id: UUID, *, moment: datetime) -> list[CrewFacts]:
    """Working crews with the members they have at `moment`, also those that then have none."""
    members = func.array_agg(CrewMember.worker_id).filter(CrewMember.worker_id.is_not(None))
    query = (
        select(Crew.id, Crew.name, Crew.foreman_id, members)
        .outerjoin(
            CrewMember,
            and_(
                CrewMember.company_id == Crew.company_id,
                CrewMember.crew_id == Crew.id,
                CrewMember.period.contains(moment),
            ),
        )
        .where(Crew.company_id == company_id, Crew.is_active)
        .group_by(Crew.company_id, Crew.id)
    )
    return [
        CrewFacts(crew_id, name, foreman_id, list(found or []))
        for crew_id, name, foreman_id, found in await session.execute(query)
    ]
