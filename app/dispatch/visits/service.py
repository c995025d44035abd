"""What every slice does with a visit: read or lock it, write an outcome, let the job's status follow."""

from collections.abc import Sequence
from typing import cast
from uuid import UUID

from sqlalchemy import Table

from app.core.changes import Insert
from app.core.scope import Scope
from app.db.append import append
from app.db.session import Session
from app.db.work import Work
from app.dispatch.visits import policies, queries
from app.dispatch.visits.models import VisitEvent
from app.dispatch.visits.queries import JobState
from app.dispatch.visits.states import Outcome, VisitNotFound, VisitState
from app.orders.api import follow_visits


async def get_visit(session: Session, scope: Scope, visit_id: UUID) -> VisitState:
    """One visit. A worker finds only his own.

    Raises:
        VisitNotFound: no such visit, or not this worker's.
    """
    visit = await queries.get_visit(session, scope, visit_id)
    if visit is None:
        raise VisitNotFound(visit_id=visit_id)
    return visit


async def lock_visit(session: Session, scope: Scope, visit_id: UUID) -> VisitState:
    """Lock a visit, for use cases with a session: nobody changes it until the transaction ends.

    Raises:
        VisitNotFound: no such visit, or not this worker's.
    """
    visit = await queries.get_visit(session, scope, visit_id, lock=True)
    if visit is None:
        raise VisitNotFound(visit_id=visit_id)
    return visit


def lock_visit_with_job(work: Work, visit_id: UUID) -> None:
    """Lock the visit, then its job: for numbers that are counted per job."""
    work.lock(queries.LOCK_VISIT, visit_id)
    work.lock(queries.LOCK_JOB_OF_VISIT, visit_id)


def lock_visit_with_order(work: Work, visit_id: UUID) -> None:
    """Lock the visit, then its job, then its order. Everybody locks them in this sequence."""
    lock_visit_with_job(work, visit_id)
    work.lock(queries.LOCK_ORDER_OF_VISIT, visit_id)


async def add_to_history(session: Session, company_id: UUID, entries: Sequence[Insert]) -> None:
    """Add lines to the history of visits, for use cases with a session."""
    rows = [{"company_id": company_id, **one.row} for one in entries]
    await append(session, cast(Table, VisitEvent.__table__), *rows)


def carry_out(work: Work, outcome: Outcome) -> VisitState:
    """Give the changes and events of a decision to `work`. Returns the visit as it will be."""
    work.write(*outcome.changes)
    work.announce(*outcome.news)
    return outcome.visit


async def settle_job(work: Work, job: JobState, visit_status: str) -> None:
    """Let the job's status follow its visits: this one now has `visit_status`, the others `job.others`."""
    await follow_visits(
        work,
        job_id=job.job_id,
        kind=job.kind,
        order_id=job.order_id,
        was=job.status,
        status=policies.job_status([*job.others, visit_status]),
        done_for=job.done_for,
    )
