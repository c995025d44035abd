from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.response import Redirect

from app.core.clock import Clock
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.answering import pages, queries, service
from app.dispatch.answering.policies import AnswerNotTaken
from app.dispatch.answering.schemas import ClientAnswerOut, ClientAnswersOut, WriteAnswer
from app.dispatch.answering.times import TimeTaken
from app.dispatch.answering.visitor import VISITOR, Visitor
from app.dispatch.confirmation.policies import Says
from app.dispatch.gate.policies import (
    AssigneeImpossible,
    AssigneeNotFound,
    AssigneeUnsuitable,
    JobNotPlannable,
    NotReadyThen,
    VisitTimeInvalid,
)
from app.dispatch.visits.schemas import VisitOut
from app.dispatch.visits.service import get_visit
from app.dispatch.visits.states import VisitMoveRefused, VisitNotFound
from app.documents.api import COMPRESSED, chosen_query
from app.http.guards import intake, office, public
from app.http.refusals import refuses

AnyRequest = Request[Any, Any, Any]
AnyVisitor = NamedDependency[SkipValidation[Visitor]]
FORM_MAX_BYTES = 10_000
NO_STORE = {"Cache-Control": "no-store"}
NOT_FREE = (
    TimeTaken,
    AssigneeImpossible,
    AssigneeNotFound,
    AssigneeUnsuitable,
    JobNotPlannable,
    NotReadyThen,
    VisitTimeInvalid,
    VisitMoveRefused,
)
"""Why a time that was offered cannot be taken any more. The client reads one sentence, and chooses anew."""


FORM: dict[str, Any] = {
    "guards": [public],
    "include_in_schema": False,
    "status_code": 200,
    "request_max_body_size": FORM_MAX_BYTES,
}


@get("/v/{code:str}", guards=[public], include_in_schema=False)
async def show_visit(code: FromPath[str], visitor: AnyVisitor) -> Response[str]:
    """The page behind a link in an SMS. Looking at it changes nothing."""
    return pages.visit_page(code, await visitor.open(), now=visitor.now)


@post("/v/{code:str}", **FORM)
async def confirm_visit(code: FromPath[str], request: AnyRequest, visitor: AnyVisitor) -> Response[Any]:
    """The client says that the time he saw suits him."""
    opened = await visitor.open()
    answer = opened.answer(Says.YES, seen=_moment(await _field(request, "seen")))
    why = await visitor.take(opened, answer)
    return _seen_again(visitor) if why is None else await _visit_page(visitor, why)


@get("/v/{code:str}/times", guards=[public], include_in_schema=False)
async def show_times(code: FromPath[str], visitor: AnyVisitor) -> Response[str]:
    """The times a client may choose instead."""
    return await _times_page(visitor)


@get("/v/{code:str}/times/{seconds:str}", guards=[public], include_in_schema=False)
async def ask_whether_to_move(
    code: FromPath[str], seconds: FromPath[str], visitor: AnyVisitor
) -> Response[str]:
    """Asks whether the visit is to be moved to the time he has tapped. Looking at it moves nothing."""
    opened, wanted = await visitor.open(), _moment(seconds)
    if not pages.may_move(opened, now=visitor.now) or pages.is_moved_to(opened, wanted):
        return pages.visit_page(code, opened, now=visitor.now)
    times = await visitor.find_times(opened)
    if wanted not in times:
        return pages.times_page(code, opened, times, why="time_is_taken")
    return pages.move_page(code, opened, wanted)


@post("/v/{code:str}/times", **FORM)
async def move_visit_by_client(
    code: FromPath[str], request: AnyRequest, visitor: AnyVisitor
) -> Response[Any]:
    """The client says that he wants the time he was asked about, or asks to be called."""
    opened = await visitor.open()
    seen, chosen = _moment(await _field(request, "seen")), await _field(request, "time")
    answer = opened.answer(Says.MOVE, seen=seen)
    if seen != opened.visit.window_starts_at and pages.is_moved_to(opened, _moment(chosen)):
        return _seen_again(visitor)  # he has tapped twice
    try:
        if chosen == "call":
            why = await visitor.take(opened, answer)
            return pages.visit_page(code, opened, now=visitor.now, why=why) if why else _seen_again(visitor)
        await visitor.move(opened, answer, _moment(chosen))
    except AnswerNotTaken as refusal:
        return await _visit_page(visitor, str(refusal.params["why"]))
    except NOT_FREE:
        return await _times_page(visitor, why="time_is_taken")
    return _seen_again(visitor)


@get("/v/{code:str}/cancel", guards=[public], include_in_schema=False)
async def ask_why_canceled(code: FromPath[str], visitor: AnyVisitor) -> Response[str]:
    """The form on which a client says why he cancels. Looking at it cancels nothing."""
    opened = await visitor.open()
    if pages.state_of(opened.visit, now=visitor.now) not in pages.MOVABLE:
        return pages.visit_page(code, opened, now=visitor.now)
    return pages.cancel_page(code, opened)


@post("/v/{code:str}/cancel", **FORM)
async def cancel_visit_by_client(
    code: FromPath[str], request: AnyRequest, visitor: AnyVisitor
) -> Response[Any]:
    """The client cancels the visit he saw."""
    opened = await visitor.open()
    reason, comment = await _field(request, "reason"), await _field(request, "comment")
    if reason not in pages.REASONS:
        return pages.cancel_page(code, opened, why="reason_is_missing")
    words = pages.says_why(reason, comment, opened.around.company_lang)
    try:
        seen = _moment(await _field(request, "seen"))
        await visitor.cancel(opened, opened.answer(Says.NO, seen=seen, words=words))
    except AnswerNotTaken as refusal:
        return await _visit_page(visitor, str(refusal.params["why"]))
    return _seen_again(visitor)


@post("/v/{code:str}/choices", **FORM)
async def open_choices(code: FromPath[str], visitor: AnyVisitor) -> Response[Any]:
    """Where a client chooses what he hears. A POST, because he may get a link for it only now."""
    choices = await visitor.link_to_choices(await visitor.open())
    return _seen_again(visitor) if choices is None else Redirect(choices, status_code=303, headers=NO_STORE)


async def _visit_page(visitor: Visitor, why: str) -> Response[str]:
    """The visit as it is now, with why nothing was done."""
    return pages.visit_page(visitor.code, await visitor.open(), now=visitor.now, why=why)


async def _times_page(visitor: Visitor, *, why: str | None = None) -> Response[str]:
    opened = await visitor.open()
    if not pages.may_move(opened, now=visitor.now):
        return pages.visit_page(visitor.code, opened, now=visitor.now)
    return pages.times_page(visitor.code, opened, await visitor.find_times(opened), why=why)


async def _field(request: AnyRequest, name: str) -> str:
    value = (await request.form()).get(name)
    return value if isinstance(value, str) else ""


def _moment(seconds: str) -> datetime:
    """A moment as our forms send it. What no form of ours sends is a moment at which there is nothing."""
    try:
        return datetime.fromtimestamp(int(seconds[:12]), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _seen_again(visitor: Visitor) -> Redirect:
    """Back to the page, so that loading it again sends nothing again."""
    path = f"/v/{visitor.code}{chosen_query(visitor.chosen)}"
    return Redirect(path, status_code=303, headers=NO_STORE)


@get("/visits/{visit_id:uuid}/client-answers", operation_id="listClientAnswers", guards=[office])
@refuses(VisitNotFound)
async def list_client_answers(
    visit_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> ClientAnswersOut:
    """Everything a client has answered about a visit, oldest first. The last clear answer to a question counts."""
    await get_visit(session, caller, visit_id)
    answers = await queries.find_answers(session, caller.company_id, visit_id)
    return ClientAnswersOut(items=[ClientAnswerOut.of(one) for one in answers])


@post(
    "/visits/{visit_id:uuid}/client-answers",
    operation_id="writeClientAnswer",
    guards=[intake],
    status_code=200,
)
@refuses(AnswerNotTaken, VisitNotFound)
async def write_client_answer(
    visit_id: FromPath[UUID],
    data: JSONBody[WriteAnswer],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> VisitOut:
    """Write down what a client has told you about the time of his visit. A `no` cancels nothing: see `cancelVisit`."""
    visit = await service.write_answer(
        session, caller, visit_id=visit_id, says=Says(data.says), words=data.words, now=clock.now()
    )
    return VisitOut.of(visit)


router = Router("/", route_handlers=[list_client_answers, write_client_answer], tags=["dispatch: visits"])
page_router = Router(
    "/",
    route_handlers=[
        show_visit,
        confirm_visit,
        show_times,
        ask_whether_to_move,
        move_visit_by_client,
        ask_why_canceled,
        cancel_visit_by_client,
        open_choices,
    ],
    exception_handlers=pages.refusals(),
    middleware=[COMPRESSED],
    dependencies=VISITOR,
)
