"""What becomes of a job when one of its visits has moved: changes for whoever decides about visits."""

from uuid import UUID

from app.core.changes import Update
from app.db.work import Work
from app.orders.client_orders.settling import settle_order
from app.orders.statuses import JOB_OVER, JobKind, JobStatus


async def follow_visits(
    work: Work, *, job_id: UUID, kind: str, order_id: UUID, was: str, status: JobStatus
) -> None:
    """Its visits say that it has come so far; of a job that is over nothing changes. The order follows
    its installations. The job's row is locked. Its version stays, so that a visit that moves on spoils
    nobody's form."""
    if was in JOB_OVER or status == was:
        return
    work.write(Update("job", {"id": job_id}, {"status": status}, expected=1))
    if kind == JobKind.INSTALLATION:
        await settle_order(work, order_id)
