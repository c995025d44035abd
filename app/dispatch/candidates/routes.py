from typing import Annotated
from uuid import UUID

from litestar import Router, get
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.candidates import service
from app.dispatch.candidates.schemas import CandidateOut, CandidatesOut
from app.dispatch.visits.history import get_visit
from app.http.guards import intake


@get("/visits/{visit_id:uuid}/candidates", operation_id="listCandidates", guards=[intake])
async def list_candidates(
    visit_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    limit: Annotated[int, QueryParameter(ge=1, le=500, description="At most this many")] = 50,
) -> CandidatesOut:
    """Who could take this visit: first those who can, then the others with every reason against them,
    nearest first in both."""
    visit = await get_visit(session, caller, visit_id)
    found = await service.find_candidates(session, visit, now=clock.now(), limit=limit)
    return CandidatesOut(items=[CandidateOut.of(one) for one in found])


router = Router("/", route_handlers=[list_candidates], tags=["dispatch: candidates"])
