"""Queries that several slices of this module share."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, Uuid, and_, bindparam, select

from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.api import VisitState, visits_visible_to
from app.dispatch.tables import IS_SEEN, Visit
from app.orders.tables import ClientOrder, Job, JobType


class FieldJob(NamedTuple):
    """The job of a visit, with the name of its job type."""

    id: UUID
    number: int
    kind: str
    priority: str
    instructions: str
    order_id: UUID
    client_id: UUID
    site_id: UUID
    job_type_id: UUID
    title: str
    """The name of the job type."""


class VisitWithJob(NamedTuple):
    visit: VisitState
    job: FieldJob


VISIT_COLUMNS = [getattr(Visit, name) for name in VisitState._fields]
JOB_COLUMNS = (
    *(getattr(Job, name) for name in FieldJob._fields[:-1]),
    JobType.name,
)


def visit_with_job(row: Sequence[Any]) -> VisitWithJob:
    """`row` is what VISIT_COLUMNS and JOB_COLUMNS read."""
    end = len(VISIT_COLUMNS)
    return VisitWithJob(VisitState(*row[:end]), FieldJob(*row[end:]))


def _select_visits(scope: Scope) -> Select[*tuple[Any, ...]]:
    return (
        select(*VISIT_COLUMNS, *JOB_COLUMNS)
        .select_from(Visit)
        .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
        .join(JobType, and_(JobType.company_id == Job.company_id, JobType.id == Job.job_type_id))
        .where(visits_visible_to(scope))
    )


async def get_visit_with_job(session: Session, scope: Scope, visit_id: UUID) -> VisitWithJob | None:
    row = (await session.execute(_select_visits(scope).where(Visit.id == visit_id))).first()
    return visit_with_job(row) if row else None


async def find_jobs_of_order(session: Session, scope: Scope, order_id: UUID) -> Sequence[UUID]:
    query = select(Job.id).where(Job.company_id == scope.company_id, Job.order_id == order_id)
    return (await session.scalars(query)).all()


def select_visit(*columns: Any) -> Select[*tuple[Any, ...]]:
    """These columns of one visit, its job and its order, if the caller may see the visit.

    The query takes `visit` and the values of `dispatch.sight_of`.
    """
    return (
        select(*columns)
        .select_from(Visit)
        .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
        .join(ClientOrder, and_(ClientOrder.company_id == Job.company_id, ClientOrder.id == Job.order_id))
        .where(
            Visit.company_id == bindparam("company", type_=Uuid),
            Visit.id == bindparam("visit", type_=Uuid),
            IS_SEEN,
        )
    )
