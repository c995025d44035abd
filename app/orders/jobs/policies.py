"""Decisions about jobs and orders: values in, values out."""

from collections.abc import Iterable

from app.dispatch.visits.policies import VisitStatus
from app.orders.statuses import JobStatus

UNDER_WAY = {VisitStatus.EN_ROUTE, VisitStatus.ON_SITE, VisitStatus.IN_PROGRESS, VisitStatus.PAUSED}
AHEAD = {VisitStatus.PLANNED, VisitStatus.OFFERED, VisitStatus.ACCEPTED}
DONE = {VisitStatus.COMPLETED, VisitStatus.PARTIALLY_COMPLETED}


def job_status(visits: Iterable[str]) -> JobStatus:
    """What a job's visits say of it. The mapping is that of Dynamics 365 Field Service:

    1. somebody is under way: in progress;
    2. something is done and something is ahead: in progress;
    3. only something ahead: planned;
    4. the whole done, whatever else failed or was partial before: completed;
    5. else (nothing, all canceled, only partial or failed): new, to be planned again.
    """
    present = {VisitStatus(status) for status in visits}
    if present & UNDER_WAY:
        return JobStatus.IN_PROGRESS
    if present & AHEAD:
        return JobStatus.IN_PROGRESS if present & DONE else JobStatus.PLANNED
    if VisitStatus.COMPLETED in present:
        return JobStatus.COMPLETED
    return JobStatus.NEW
