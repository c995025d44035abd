"""The facts about everybody who might take a visit, in a fixed number of statements."""

from typing import Any, NamedTuple

from sqlalchemy import DateTime, Uuid, and_, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import TSTZRANGE

from app.clients.tables import Site
from app.db.query import Query
from app.dispatch.candidates.policies import CrewFacts
from app.dispatch.gate.policies import Facts, JobRules
from app.dispatch.gate.queries import RULE_COLUMNS, RULES_END, job_rules
from app.identity.tables import UserAccount
from app.orders.tables import Job
from app.workforce.tables import (
    Absence,
    Crew,
    CrewMember,
    Shift,
    Territory,
    VisitBooking,
    Worker,
    WorkerTerritory,
)

COMPANY = bindparam("company", type_=Uuid)
VISIT = bindparam("visit", type_=Uuid)


class CandidateRow(NamedTuple):
    """A worker beside a visit."""

    job_kind: str
    rules: JobRules
    name: str
    facts: Facts


def _candidate(*row: Any) -> CandidateRow:
    kind, name, *rest = row
    return CandidateRow(kind, job_rules(*rest[:RULES_END]), name, Facts(*rest[RULES_END:]))


PERIOD = bindparam("period", type_=TSTZRANGE)
IS_FRESH = and_(
    Worker.position.is_not(None),
    Worker.position_at >= bindparam("fresh_since", type_=DateTime(timezone=True)),
)
PLACE = case((IS_FRESH, Worker.position), else_=Worker.home)
SOURCE = case((IS_FRESH, "actual"), (Worker.home.is_not(None), "home"), else_="none")
BUSY = select(VisitBooking.worker_id).where(
    VisitBooking.company_id == COMPANY,
    VisitBooking.period.overlaps(PERIOD),
    VisitBooking.visit_id != VISIT,
)
ON_SHIFT = (
    select(Shift.worker_id)
    .where(Shift.company_id == COMPANY, Shift.period.overlaps(PERIOD))
    .group_by(Shift.worker_id)
    .having(func.range_agg(Shift.period).bool_op("@>")(PERIOD))
)
"""Workers whose shifts cover the whole visit. Two shifts that touch count as one."""
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
    .where(WorkerTerritory.company_id == COMPANY, func.ST_Covers(Territory.area, Site.point))
    .correlate(Site)
)
CANDIDATES = Query(
    select(
        Job.kind,
        UserAccount.name,
        *RULE_COLUMNS,
        Worker.id,
        Worker.skills,
        Worker.id.in_(ABSENT),
        and_(Worker.id.in_(BOUND_TO_TERRITORY), Worker.id.not_in(COVERING)),
        Worker.id.in_(BUSY),
        Worker.id.in_(ON_SHIFT),
        UserAccount.is_active,
        func.ST_Distance(PLACE, Site.point),
        SOURCE,
    )
    .select_from(Job)
    .join(Site, and_(Site.company_id == Job.company_id, Site.id == Job.site_id))
    .join(Worker, and_(Worker.company_id == Job.company_id, Worker.is_active))
    .join(UserAccount, and_(UserAccount.company_id == Worker.company_id, UserAccount.id == Worker.id))
    .where(Job.company_id == COMPANY, Job.id == bindparam("job", type_=Uuid)),
    _candidate,
)
"""One row for every worker of the company, because the list also shows who cannot come and why. So a
spatial index would not help. Each fact is one scan of its own table, limited to the time of the visit,
and not one lookup for each worker."""

CREWS = Query(
    select(
        Crew.id,
        Crew.name,
        Crew.foreman_id,
        func.array_agg(CrewMember.worker_id).filter(CrewMember.worker_id.is_not(None)),
    )
    .outerjoin(
        CrewMember,
        and_(
            CrewMember.company_id == Crew.company_id,
            CrewMember.crew_id == Crew.id,
            CrewMember.period.contains(bindparam("moment", type_=DateTime(timezone=True))),
        ),
    )
    .where(Crew.company_id == COMPANY, Crew.is_active)
    .group_by(Crew.company_id, Crew.id),
    lambda crew_id, name, foreman_id, members: CrewFacts(crew_id, name, foreman_id, members or []),
)
"""Active crews with their members at `moment`. Crews without members are included."""
