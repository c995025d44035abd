from uuid import UUID

from litestar import Router, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.periods import PeriodInvalid
from app.core.scope import Scope
from app.db.session import Session
from app.http.guards import dispatchers, office
from app.http.idempotency import Once, once
from app.http.refusals import refuses
from app.http.schemas import check_offsets
from app.workforce.absences import service
from app.workforce.absences.schemas import AbsenceOut, AbsencesOut, AddAbsence
from app.workforce.absences.service import AbsenceNotFound, AbsenceOverVisit
from app.workforce.people.service import WorkerNotFound
from app.workforce.shifts.routes import Since, Until


@post("/workers/{worker_id:uuid}/absences", operation_id="addAbsence", guards=[dispatchers])
@refuses(AbsenceOverVisit, PeriodInvalid, WorkerNotFound)
@once
async def add_absence(
    worker_id: FromPath[UUID],
    data: JSONBody[AddAbsence],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
) -> AbsenceOut:
    """Add a vacation, an illness or a break. If visits are booked in this time, the request is refused with
    their ids, unless `even_if_booked` is set."""
    absence = await service.add_absence(
        session,
        caller,
        worker_id=worker_id,
        kind=data.kind,
        period=data.period(),
        comment=data.comment,
        even_if_booked=data.even_if_booked,
    )
    return AbsenceOut.of(absence)


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


router = Router("/", route_handlers=[add_absence, list_absences, remove_absence], tags=["dispatch: shifts"])
