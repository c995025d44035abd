from uuid import UUID

from litestar import Router, get, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.errors import CommandReused
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.api import VisitNotFound
from app.field.checklists import queries
from app.field.checklists.commands import ANSWER_CHECKLIST
from app.field.checklists.schemas import AnswerChecklist, ChecklistOut
from app.field.checklists.service import ChecklistRefused, ChecklistUnknown
from app.field.commands.door import DOOR, Door
from app.field.visits import VisitNotAtWork, get_visit_with_job
from app.http.guards import anybody, workers
from app.http.refusals import refuses


@put("/field/visits/{visit_id:uuid}/checklist", operation_id="answerChecklist", guards=[workers])
@refuses(ChecklistRefused, ChecklistUnknown, CommandReused, VisitNotAtWork, VisitNotFound)
async def answer_checklist(
    visit_id: FromPath[UUID], data: JSONBody[AnswerChecklist], door: NamedDependency[Door]
) -> ChecklistOut:
    """Answer all questions of the checklist. If it is answered again, the newest answers count; older ones are kept.

    The answers are judged by the version of the form that the worker was shown.
    """
    return await door.carry_out(ANSWER_CHECKLIST, visit_id, data)


@get("/visits/{visit_id:uuid}/checklist", operation_id="getChecklist", guards=[anybody])
@refuses(VisitNotFound)
async def get_checklist(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> ChecklistOut:
    """The checklist of a visit with its newest answers."""
    found = await get_visit_with_job(session, caller, visit_id)
    return ChecklistOut.of(found.job.checklist, await queries.get_last_answer(session, caller, visit_id))


router = Router(
    "/", route_handlers=[answer_checklist, get_checklist], dependencies=DOOR, tags=["field: checklists"]
)
