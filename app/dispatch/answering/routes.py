from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from litestar import Request, Response, Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, SkipValidation
from litestar.response import Redirect
from litestar.types import ExceptionHandlersMap

from app.core.clock import Clock
from app.core.errors import NotFound
from app.core.scope import Scope
from app.core.settings import Settings
from app.db.session import Session, enter_company
from app.dispatch.answering import pages, queries, service, times
from app.dispatch.answering.policies import Answer, AnswerNotTaken
from app.dispatch.answering.schemas import ClientAnswerOut, ClientAnswersOut, WriteAnswer
from app.dispatch.answering.service import OpenedVisit
from app.dispatch.answering.times import TimeTaken
from app.dispatch.confirmation.links import Links
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
from app.documents.api import GUESSES, Guesses, looking_up, refusals_as_pages
from app.http.dependencies import Transactions
from app.http.guards import intake, office, public
from app.http.refusals import refuses

AnyRequest = Request[Any, Any, Any]
FORM_MAX_BYTES = 10_000
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


@get("/v/{code:str}", guards=[public], include_in_schema=False)
async def show_visit(
    code: FromPath[str],
    transactions: NamedDependency[SkipValidation[Transactions]],
    guesses: NamedDependency[SkipValidation[Guesses]],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """The page behind a link in an SMS. Looking at it changes nothing."""
    opened = await _open(code, transactions, guesses, settings, now=clock.now())
    return pages.visit_page(code, opened, now=clock.now())


@post(
    "/v/{code:str}",
    guards=[public],
    include_in_schema=False,
    status_code=200,
    request_max_body_size=FORM_MAX_BYTES,
)
async def confirm_visit(
    code: FromPath[str],
    request: AnyRequest,
    transactions: NamedDependency[SkipValidation[Transactions]],
    guesses: NamedDependency[SkipValidation[Guesses]],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """The client says that the time he saw suits him."""
    opened = await _open(code, transactions, guesses, settings, now=clock.now())
    answer = opened.answer(Says.YES, seen=_moment(await _field(request, "seen")))
    why = await _take(transactions, opened, answer, now=clock.now())
    if why is not None:
        opened = await _open(code, transactions, guesses, settings, now=clock.now())
        return pages.visit_page(code, opened, now=clock.now(), why=why)
    return _seen_again(code)


@get("/v/{code:str}/times", guards=[public], include_in_schema=False)
async def show_times(
    code: FromPath[str],
    transactions: NamedDependency[SkipValidation[Transactions]],
    guesses: NamedDependency[SkipValidation[Guesses]],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """The times a client may choose instead."""
    opened = await _open(code, transactions, guesses, settings, now=clock.now())
    return await _times_page(code, opened, transactions, now=clock.now())


@post(
    "/v/{code:str}/times",
    guards=[public],
    include_in_schema=False,
    status_code=200,
    request_max_body_size=FORM_MAX_BYTES,
)
async def move_visit_by_client(
    code: FromPath[str],
    request: AnyRequest,
    transactions: NamedDependency[SkipValidation[Transactions]],
    guesses: NamedDependency[SkipValidation[Guesses]],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """The client takes one of the times, or asks to be called."""
    now = clock.now()
    opened = await _open(code, transactions, guesses, settings, now=now)
    seen, chosen = _moment(await _field(request, "seen")), await _field(request, "time")
    answer = opened.answer(Says.MOVE, seen=seen)
    try:
        if chosen == "call":
            why = await _take(transactions, opened, answer, now=now)
            return pages.visit_page(code, opened, now=now, why=why) if why else _seen_again(code)
        await service.move_by_client(transactions, opened, answer, _moment(chosen), now=now)
    except AnswerNotTaken as refusal:
        opened = await _open(code, transactions, guesses, settings, now=now)
        return pages.visit_page(code, opened, now=now, why=str(refusal.params["why"]))
    except NOT_FREE:
        opened = await _open(code, transactions, guesses, settings, now=now)
        return await _times_page(code, opened, transactions, now=now, why="time_is_taken")
    return _seen_again(code)


@get("/v/{code:str}/cancel", guards=[public], include_in_schema=False)
async def ask_why_canceled(
    code: FromPath[str],
    transactions: NamedDependency[SkipValidation[Transactions]],
    guesses: NamedDependency[SkipValidation[Guesses]],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
) -> Response[str]:
    """The form on which a client says why he cancels. Looking at it cancels nothing."""
    opened = await _open(code, transactions, guesses, settings, now=clock.now())
    return pages.cancel_page(code, opened)


@post(
    "/v/{code:str}/cancel",
    guards=[public],
    include_in_schema=False,
    status_code=200,
    request_max_body_size=FORM_MAX_BYTES,
)
async def cancel_visit_by_client(
    code: FromPath[str],
    request: AnyRequest,
    transactions: NamedDependency[SkipValidation[Transactions]],
    guesses: NamedDependency[SkipValidation[Guesses]],
    settings: NamedDependency[Settings],
    clock: NamedDependency[Clock],
) -> Response[Any]:
    """The client cancels the visit he saw."""
    now = clock.now()
    opened = await _open(code, transactions, guesses, settings, now=now)
    reason, comment = await _field(request, "reason"), await _field(request, "comment")
    if reason not in pages.REASONS:
        return pages.cancel_page(code, opened, why="reason_is_missing")
    words = pages.says_why(reason, comment, opened.visit.lang)
    answer = opened.answer(Says.NO, seen=_moment(await _field(request, "seen")), words=words)
    try:
        async with transactions() as session:
            await enter_company(session, opened.company_id)
            await service.cancel_by_client(session, opened.company_id, opened.link.visit_id, answer, now=now)
    except AnswerNotTaken as refusal:
        opened = await _open(code, transactions, guesses, settings, now=now)
        return pages.visit_page(code, opened, now=now, why=str(refusal.params["why"]))
    return _seen_again(code)


async def _open(
    code: str, transactions: Transactions, guesses: Guesses, settings: Settings, *, now: datetime
) -> OpenedVisit:
    """Raises VisitLinkNotFound; an address that has missed too often is not answered."""
    async with looking_up(guesses, now=now), transactions() as session:
        return await service.open_link(session, Links.of(settings), code, now=now)


async def _take(
    transactions: Transactions, opened: OpenedVisit, answer: Answer, *, now: datetime
) -> str | None:
    async with transactions() as session:
        await enter_company(session, opened.company_id)
        return await service.take_answer(session, opened.company_id, opened.link.visit_id, answer, now=now)


async def _times_page(
    code: str,
    opened: OpenedVisit,
    transactions: Transactions,
    *,
    now: datetime,
    why: str | None = None,
) -> Response[str]:
    state = pages.state_of(opened.visit, now=now)
    if state not in pages.MOVABLE:
        return pages.visit_page(code, opened, now=now)
    async with transactions() as session:
        await enter_company(session, opened.company_id)
        visit = await service.get_visit_state(session, opened)
        moments = await times.find_times(session, opened.company_id, visit, opened.around, now=now)
    return pages.times_page(code, opened, moments, why=why)


async def _field(request: AnyRequest, name: str) -> str:
    value = (await request.form()).get(name)
    return value if isinstance(value, str) else ""


def _moment(seconds: str) -> datetime:
    """A moment as our forms send it. What no form of ours sends is a moment at which there is nothing."""
    try:
        return datetime.fromtimestamp(int(seconds[:12]), UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _seen_again(code: str) -> Redirect:
    """Back to the page, so that loading it again sends nothing again."""
    return Redirect(f"/v/{code}", status_code=303, headers={"Cache-Control": "no-store"})


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


def _pages_of_refusals() -> ExceptionHandlersMap:
    """Whoever opens a link that is none gets a page in both languages."""

    def on_unknown(_: AnyRequest, __: NotFound) -> Response[str]:
        return pages.unknown_page()

    return dict(refusals_as_pages("visit")) | {NotFound: on_unknown}


router = Router("/", route_handlers=[list_client_answers, write_client_answer], tags=["dispatch: visits"])
page_router = Router(
    "/",
    route_handlers=[
        show_visit,
        confirm_visit,
        show_times,
        move_visit_by_client,
        ask_why_canceled,
        cancel_visit_by_client,
    ],
    exception_handlers=_pages_of_refusals(),
    dependencies=GUESSES,
)
