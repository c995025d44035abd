from collections.abc import Sequence
from uuid import UUID

from litestar import Router, get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.core.clock import Clock
from app.core.errors import CommandReused
from app.core.scope import Scope
from app.db.session import Session
from app.db.work import work_in
from app.dispatch.api import VisitNotFound
from app.field.attachments.service import AttachmentNotFound
from app.field.commands.door import DOOR, Door
from app.field.commands.policies import NumberUsed
from app.field.forms import queries, service
from app.field.forms.commands import ANSWER_FORM
from app.field.forms.models import FormAnswer
from app.field.forms.reading import find_forms_of_visits
from app.field.forms.schemas import (
    AnswerForm,
    CorrectForm,
    FormAnswerOut,
    FormAnswersOut,
    FormTakenOut,
    VisitFormsOut,
)
from app.field.forms.service import FormNotAsked, FormRefused, FormVersionUnknown
from app.field.visits import VisitNotAtWork, get_visit_with_job
from app.http.guards import anybody, dispatchers, office, workers
from app.http.refusals import refuses
from app.http.versions import IfMatch
from app.identity.api import find_users
from app.orders.api import FormNotFound


@post("/field/visits/{visit_id:uuid}/forms", operation_id="answerForm", guards=[workers], status_code=200)
@refuses(
    AttachmentNotFound,
    CommandReused,
    FormNotAsked,
    FormRefused,
    FormVersionUnknown,
    NumberUsed,
    VisitNotAtWork,
    VisitNotFound,
)
async def answer_form(
    visit_id: FromPath[UUID], data: JSONBody[AnswerForm], door: NamedDependency[Door]
) -> FormTakenOut:
    """Answer questions of a form, some or all. Older answers are kept.

    The answers are judged by the version of the form that the worker was shown. A field that the office has changed
    meanwhile is not overwritten: see `conflicts`.
    """
    return await door.carry_out(ANSWER_FORM, visit_id, data)


@get("/visits/{visit_id:uuid}/forms", operation_id="listVisitForms", guards=[anybody])
@refuses(VisitNotFound)
async def list_visit_forms(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> VisitFormsOut:
    """The forms of a visit with their answers, and the versions that are needed to show them."""
    await get_visit_with_job(session, caller, visit_id)
    async with work_in(session, caller.company_id) as work:
        forms = await find_forms_of_visits(work, [visit_id])
    return VisitFormsOut(items=forms.by_visit[visit_id], versions=forms.versions)


@put("/visits/{visit_id:uuid}/forms/{form_id:uuid}", operation_id="correctForm", guards=[dispatchers])
@refuses(AttachmentNotFound, FormNotAsked, FormNotFound, FormRefused, VisitNotFound)
async def correct_form(
    visit_id: FromPath[UUID],
    form_id: FromPath[UUID],
    data: JSONBody[CorrectForm],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
    if_match: IfMatch = None,
) -> FormTakenOut:
    """Correct answers, with a reason. What the worker has sent stays in the history."""
    taken = await service.correct_form(
        session,
        caller,
        visit_id=visit_id,
        form_id=form_id,
        correction=data,
        if_match=if_match,
        now=clock.now(),
    )
    return FormTakenOut.of(taken.form, written=taken.written)


@get("/visits/{visit_id:uuid}/forms/{form_id:uuid}/answers", operation_id="listFormAnswers", guards=[office])
@refuses(VisitNotFound)
async def list_form_answers(
    visit_id: FromPath[UUID],
    form_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
) -> FormAnswersOut:
    """Everything that was sent for a form of a visit, newest first."""
    await get_visit_with_job(session, caller, visit_id)
    answers = await queries.find_answers(session, caller, visit_id, form_id)
    names = {user.id: user.name for user in await find_users(session, caller.company_id, _authors(answers))}
    return FormAnswersOut(items=[FormAnswerOut.of(one, names[one.author_id]) for one in answers])


def _authors(answers: Sequence[FormAnswer]) -> set[UUID]:
    return {one.author_id for one in answers}


router = Router(
    "/",
    route_handlers=[answer_form, list_visit_forms, correct_form, list_form_answers],
    dependencies=DOOR,
    tags=["field: forms"],
)
