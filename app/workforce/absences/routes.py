from uuid import UUID

from litestar import Router, delete, get
from litestar.di import NamedDependency
from litestar.params import FromPath

from app.core.periods import PeriodInvalid
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import dispatchers, office
from app.http.refusals import refuses
from app.http.schemas import check_offsets
from app.workforce.absences import service
from app.workforce.absences.schemas import AbsencesOut
from app.workforce.absences.service import AbsenceNotFound
from app.workforce.people.service import WorkerNotFound
from app.workforce.shifts.routes import Since, Until


@get("/workers/{worker_id:uuid}/absences", operation_id="listAbsences", guards=[office])
@refuses(PeriodInvalid, WorkerNotFound)
async def list_absences(
    worker_id: FromPath[UUID],
    since: Since,
    until: Until,
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
) -> AbsencesOut:
    """When a worker is away, earliest first."""
    check_offsets(since=since, until=until)
    absences = await service.find_absences(session, caller, worker_id=worker_id, since=since, until=until)
    return AbsencesOut.of(absences)


@delete("/absences/{absence_id:uuid}", operation_id="removeAbsence", guards=[dispatchers])
@refuses(AbsenceNotFound)
async def remove_absence(
    absence_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> None:
    """Remove an absence: the worker is not away after all."""
    await service.remove_absence(session, caller, absence_id)


router = Router("/", route_handlers=[list_absences, remove_absence], tags=["dispatch: shifts"])
