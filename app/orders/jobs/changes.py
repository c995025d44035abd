"""Changes of a job and its order when one of its visits has a new status."""

from uuid import UUID

from app.core.changes import Update
from app.db.work import Work
from app.orders.client_orders.settling import settle_order
from app.orders.statuses import JOB_OVER, JobKind, JobStatus


async def follow_visits(
    work: Work, *, job_id: UUID, kind: str, order_id: UUID, was: str, status: JobStatus
) -> None:
    """Set the status of a job that follows from its visits. A job that is over does not change.

    The status of the order follows its installations. The caller has locked the job's row. The job's
    version does not change: somebody who edits the job must not be refused because a visit moved on.
    """
    if was in JOB_OVER or status == was:
        return
    work.write(Update("job", {"id": job_id}, {"status": status}, expected=1))
    if kind == JobKind.INSTALLATION:
        await settle_order(work, order_id)
