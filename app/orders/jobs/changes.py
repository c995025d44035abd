"""Changes of a job and its order when one of its visits has a new status."""

from typing import Any, NamedTuple
from uuid import UUID

from app.contracts.dispatch import JobsOfOrderChanged
from app.core.changes import Update
from app.db.work import Work
from app.orders.client_orders.settling import settle_order
from app.orders.statuses import JOB_FINISHED, JOB_OVER, JobKind, JobStatus


class DoneFor(NamedTuple):
    """For whom and where a job is done, as the cards say at this moment."""

    client_name: str
    address: str


async def follow_visits(
    work: Work, *, job_id: UUID, kind: str, order_id: UUID, was: str, status: JobStatus, done_for: DoneFor
) -> None:
    """Set the status of a job that follows from its visits. A job that is over does not change.

    A job that is completed keeps for whom and where, because cards are corrected later.

    The status of the order follows its installations. The caller has locked the job's row. The job's
    version does not change: somebody who edits the job must not be refused because a visit moved on.
    """
    if was in JOB_OVER or status == was:
        return
    to: dict[str, Any] = {"status": status}
    if status == JobStatus.COMPLETED:
        to |= {"done_client_name": done_for.client_name, "done_address": done_for.address}
    work.write(Update("job", {"id": job_id}, to, expected=1))
    if (was in JOB_FINISHED) != (status in JOB_FINISHED):
        work.announce(JobsOfOrderChanged(order_id=order_id))
    if kind == JobKind.INSTALLATION:
        await settle_order(work, order_id)
