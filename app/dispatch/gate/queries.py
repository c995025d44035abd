"""The facts that the rules ask for, as columns of a visit, its job and a worker."""

from typing import Any

from sqlalchemy import ColumnElement, Uuid, and_, bindparam, exists, func, literal_column, select

from app.dispatch.gate.policies import JobRules
from app.identity.tables import Company
from app.orders.tables import Job, ProductionOrder
from app.workforce.tables import Absence, Shift, Territory, WorkerTerritory

COMPANY = bindparam("company", type_=Uuid)
NOT_MADE_YET: list[ColumnElement[str]] = [
    literal_column("'placed'"),
    literal_column("'confirmed'"),
    literal_column("'in_production'"),
]
READY_ON = (
    select(func.max(ProductionOrder.planned_ready_on))
    .where(
        ProductionOrder.company_id == COMPANY,
        ProductionOrder.installation_job_id == Job.id,
        ProductionOrder.status.in_(NOT_MADE_YET),
    )
    .correlate(Job)
    .scalar_subquery()
)
"""When the last of the windows that this job installs is expected. Null if none is awaited."""
TIMEZONE = select(Company.timezone).where(Company.id == COMPANY).scalar_subquery()
RULE_COLUMNS = (Job.status, Job.required_skills, READY_ON, TIMEZONE)
"""The columns of `JobRules`."""
RULES_END = len(RULE_COLUMNS)


def job_rules(*row: Any) -> JobRules:
    return JobRules(*row)


def is_absent_then(worker_id: Any, starts_at: Any, ends_at: Any) -> ColumnElement[bool]:
    return exists().where(
        Absence.company_id == COMPANY,
        Absence.worker_id == worker_id,
        Absence.period.overlaps(func.tstzrange(starts_at, ends_at)),
    )


def is_on_shift_then(worker_id: Any, starts_at: Any, ends_at: Any) -> ColumnElement[bool]:
    """His shifts cover the whole time. Two shifts that touch count as one."""
    period = func.tstzrange(starts_at, ends_at)
    covers = (
        select(func.range_agg(Shift.period).bool_op("@>")(period))
        .where(Shift.company_id == COMPANY, Shift.worker_id == worker_id, Shift.period.overlaps(period))
        .scalar_subquery()
    )
    return func.coalesce(covers, literal_column("false"))


def is_outside_territories(worker_id: Any, place: Any) -> ColumnElement[bool]:
    """He has territories and the place is in none of them."""
    his = WorkerTerritory.company_id == COMPANY, WorkerTerritory.worker_id == worker_id
    of_it = Territory.company_id == WorkerTerritory.company_id, Territory.id == WorkerTerritory.territory_id
    covering = exists().where(*his, *of_it, func.ST_Covers(Territory.area, place))
    return and_(exists().where(*his), ~covering)
