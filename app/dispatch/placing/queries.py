"""Everybody who might be given a visit, with all his times of some days, in a fixed number of statements."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, bindparam, func, select
from sqlalchemy.dialects.postgresql import TSTZRANGE

from app.clients.tables import Site
from app.core.hours import Span
from app.db.query import Query
from app.dispatch.candidates.queries import BOUND_TO_TERRITORY, COVERING
from app.dispatch.gate.policies import JobRules
from app.dispatch.gate.queries import RULE_COLUMNS, job_rules
from app.dispatch.placing.policies import Person
from app.dispatch.visits.models import Visit
from app.identity.tables import UserAccount
from app.orders.tables import Job, JobType
from app.workforce.tables import Absence, Crew, CrewMember, Shift, VisitBooking, Worker

COMPANY = bindparam("company", type_=Uuid)
VISIT = bindparam("visit", type_=Uuid)
JOB = bindparam("job", type_=Uuid)
RANGE = bindparam("range", type_=TSTZRANGE)


class JobToPlace(NamedTuple):
    kind: str
    usual_duration: timedelta
    rules: JobRules


JOB_TO_PLACE = Query(
    select(Job.kind, JobType.duration_min, *RULE_COLUMNS)
    .select_from(Job)
    .join(JobType, and_(JobType.company_id == Job.company_id, JobType.id == Job.job_type_id))
    .where(Job.company_id == COMPANY, Job.id == JOB),
    lambda kind, minutes, *rules: JobToPlace(kind, timedelta(minutes=minutes), job_rules(*rules)),
)


class VisitToPlace(NamedTuple):
    id: UUID
    job_id: UUID
    starts_at: datetime
    ends_at: datetime
    version: int


VISIT_TO_PLACE = Query(
    select(Visit.id, Visit.job_id, Visit.starts_at, Visit.ends_at, Visit.row_version).where(
        Visit.company_id == COMPANY, Visit.id == VISIT
    ),
    VisitToPlace,
)

VISITS_OF_JOB = Query(select(Visit.status).where(Visit.company_id == COMPANY, Visit.job_id == JOB), str)

PEOPLE = Query(
    select(
        Worker.id,
        Worker.skills,
        and_(Worker.id.in_(BOUND_TO_TERRITORY), Worker.id.not_in(COVERING)),
        and_(Worker.is_active, UserAccount.is_active),
    )
    .select_from(Job)
    .join(Site, and_(Site.company_id == Job.company_id, Site.id == Job.site_id))
    .join(Worker, Worker.company_id == Job.company_id)
    .join(UserAccount, and_(UserAccount.company_id == Worker.company_id, UserAccount.id == Worker.id))
    .where(Job.company_id == COMPANY, Job.id == JOB, Worker.archived_at.is_(None))
    .order_by(UserAccount.name, Worker.id),
    Person,
)
"""All workers of the company, as the site of this job sees them."""


def _periods(table: Any) -> Select[*tuple[Any, ...]]:
    return select(table.worker_id, func.lower(table.period), func.upper(table.period)).where(
        table.company_id == COMPANY, table.period.overlaps(RANGE)
    )


def _his(worker_id: UUID, since: datetime, until: datetime) -> tuple[UUID, Span]:
    return worker_id, Span(since, until)


SHIFTS = Query(_periods(Shift), _his)
ABSENCES = Query(_periods(Absence), _his)
TAKEN = Query(_periods(VisitBooking).where(VisitBooking.visit_id.is_distinct_from(VISIT)), _his)


class MemberOf(NamedTuple):
    crew_id: UUID
    foreman_id: UUID
    worker_id: UUID | None
    """None: the crew has no members in these days."""
    since: datetime | None
    until: datetime | None


CREWS = Query(
    select(
        Crew.id,
        Crew.foreman_id,
        CrewMember.worker_id,
        func.lower(CrewMember.period),
        func.upper(CrewMember.period),
    )
    .outerjoin(
        CrewMember,
        and_(
            CrewMember.company_id == Crew.company_id,
            CrewMember.crew_id == Crew.id,
            CrewMember.period.overlaps(RANGE),
        ),
    )
    .where(Crew.company_id == COMPANY, Crew.is_active)
    .order_by(Crew.name, Crew.id),
    MemberOf,
)
"""Active crews with their members of these days, one row each; a crew without any is one row, too."""
