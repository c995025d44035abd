from uuid import UUID

from litestar import Router, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.cancellation import service
from app.dispatch.cancellation.schemas import CancelJob
from app.dispatch.cancellation.service import VisitJustPlanned
from app.dispatch.visits.states import VisitMoveRefused, VisitNotFound
from app.http.guards import dispatchers
from app.http.refusals import refuses
from app.orders import api as orders
from app.orders.api import JobCompleted, JobNotFound, JobOut, JobOver, OrderNotFound


@post("/jobs/{job_id:uuid}/cancel", operation_id="cancelJob", guards=[dispatchers], status_code=200)
@refuses(JobCompleted, JobNotFound, JobOver, OrderNotFound, VisitJustPlanned, VisitMoveRefused, VisitNotFound)
async def cancel_job(
    job_id: FromPath[UUID],
    data: JSONBody[CancelJob],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> JobOut:
    """Cancel a job and its open visits. Refused while somebody is on site, and when the work is done."""
    job = await service.cancel_job(session, caller, job_id=job_id, reason=data.reason, now=clock.now())
    return await orders.job_line(session, caller, job)


router = Router("/", route_handlers=[cancel_job], tags=["dispatch: jobs"])
