from uuid import UUID

from sqlalchemy import and_, exists, select

from app.db.session import Session
from app.dispatch.api import FINISHED
from app.dispatch.tables import Visit
from app.orders.api import JobKind
from app.orders.tables import Job

DOES_WORKS = (JobKind.INSTALLATION, JobKind.SERVICE)
"""Where the works of a contract are done."""


async def has_other_work(session: Session, company_id: UUID, order_id: UUID, *, but_for_visit: UUID) -> bool:
    """Whether another visit of the order, that is not over, does works."""
    others = (
        exists()
        .where(Visit.company_id == company_id, Visit.id != but_for_visit, Visit.status.not_in(FINISHED))
        .where(and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
        .where(Job.order_id == order_id, Job.kind.in_(DOES_WORKS))
    )
    return bool(await session.scalar(select(others)))
