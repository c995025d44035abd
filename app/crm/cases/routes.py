from datetime import date, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from litestar import Router, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody

from app.core.clock import Clock
from app.core.hours import day_span
from app.core.periods import PeriodInvalid, check_length
from app.core.scope import Scope
from app.crm.case_files.queries import find_last_file
from app.crm.cases import actions, closing, queries, service
from app.crm.cases.access import CaseNotFound, get_case
from app.crm.cases.actions import ActionNotFound, AlreadyDecided, OwnProposal
from app.crm.cases.closing import NothingToAskAgain
from app.crm.cases.models import RecoveryCase
from app.crm.cases.policies.attempts import AttemptsSpent, AttemptTooEarly
from app.crm.cases.policies.report import report_of
from app.crm.cases.policies.steps import (
    CannotOwnCase,
    CaseOfOther,
    CaseOver,
    ConcernedByCase,
    ContactIncomplete,
    EvidenceUnknown,
    PreventionNeeded,
    ReasonNeedsWorker,
    StepOutOfOrder,
)
from app.crm.cases.queries import CaseFilters
from app.crm.cases.schemas import (
    AskAgain,
    CaseFileOut,
    CaseOut,
    CasesReportOut,
    CloseCase,
    ConfirmCase,
    DecideAction,
    EndCase,
    GiveCase,
    ListedCaseOut,
    ProposeAction,
    RecordContact,
    RecoveryActionOut,
    SeeMoney,
    StaffStatementOut,
    TakeStatement,
    VerifyReason,
    WholeCaseOut,
)
from app.crm.cases.showing import show_case, show_cases, show_whole_case
from app.crm.cases.values import CaseStatus, Step
from app.crm.tasks.service import PersonUnknown
from app.db.session import Session
from app.http.guards import intake, managers, office
from app.http.idempotency import Once, once
from app.http.paging import LIMIT_DEFAULT, Cursor, Limit, fetch_page
from app.http.refusals import refuses
from app.http.schemas import Page
from app.identity.api import get_entered_company
from app.workforce.api import WorkerNotFound

LONGEST = timedelta(days=10 * 366)
"""Of a report."""


@get("/", operation_id="listCases", guards=[office])
async def list_cases(
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    client_id: FromQuery[UUID | None] = None,
    owner_id: FromQuery[UUID | None] = None,
    status: FromQuery[CaseStatus | None] = None,
    step: FromQuery[Step | None] = None,
    cursor: Cursor = None,
    limit: Limit = LIMIT_DEFAULT,
) -> Page[ListedCaseOut]:
    """Disappointed clients whom somebody tries to win back, newest first."""
    query = queries.select_cases(caller, CaseFilters(client_id, owner_id, status, step))
    rows, next_cursor = await fetch_page(session, query, RecoveryCase.id, cursor=cursor, limit=limit)
    return Page(items=await show_cases(session, caller, rows), next_cursor=next_cursor)


@get("/report", operation_id="reportCases", guards=[office])
@refuses(PeriodInvalid)
async def report_cases(
    first: FromQuery[date],
    last: FromQuery[date],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
) -> CasesReportOut:
    """Why clients were disappointed: what they say, what was found, how often the two differ, whose doing it is.

    It is about cases that were opened on these days of the company's calendar, `first` and `last` included.
    """
    zone = ZoneInfo((await get_entered_company(session, caller.company_id)).timezone)
    since, until = day_span(first, zone).starts_at, day_span(last, zone).ends_at
    check_length(until - since, longest=LONGEST)
    lines = await queries.find_lines(session, caller, since, until)
    return CasesReportOut.of(report_of(lines), caller.lang)


@get("/{case_id:uuid}", operation_id="getCase", guards=[office])
@refuses(CaseNotFound)
async def get_whole_case(
    case_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> WholeCaseOut:
    """A case with what disappointed the client, its files, what is done for him, and its history."""
    return await show_whole_case(session, caller, case_id)


@get("/{case_id:uuid}/evidence", operation_id="getCaseEvidence", guards=[intake])
@refuses(CaseNotFound)
async def get_case_evidence(
    case_id: FromPath[UUID], session: NamedDependency[Session], caller: NamedDependency[Scope]
) -> CaseFileOut:
    """The newest file of a case, with its hash."""
    case = await get_case(session, caller, case_id)
    file = await find_last_file(session, caller.company_id, case.id)
    if file is None:
        raise CaseNotFound(case_id=case_id)
    return CaseFileOut.of(file)


@post("/{case_id:uuid}/statements", operation_id="takeStatement", guards=[intake])
@refuses(CaseNotFound, CaseOfOther, CaseOver, ConcernedByCase, PersonUnknown, StepOutOfOrder)
@once
async def take_statement(
    case_id: FromPath[UUID],
    data: JSONBody[TakeStatement],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> StaffStatementOut:
    """Write down what the worker, or somebody else of the company, says of what happened."""
    words = data.words.strip()
    taken = await service.add_statement(
        session, caller, case_id, user_id=data.user_id, words=words, now=clock.now()
    )
    return StaffStatementOut.of(taken)


@post("/{case_id:uuid}/evidence", operation_id="seeCaseEvidence", guards=[intake], status_code=200)
@refuses(CaseNotFound, CaseOfOther, CaseOver, ConcernedByCase)
async def see_case_evidence(
    case_id: FromPath[UUID],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> CaseFileOut:
    """Step 1: see what is known, packed as it is now. Nobody speaks with the client before."""
    return CaseFileOut.of(await service.see_evidence(session, caller, case_id, now=clock.now()))


@post("/{case_id:uuid}/money", operation_id="seeCaseMoney", guards=[intake], status_code=200)
@refuses(CaseNotFound, CaseOfOther, CaseOver, ConcernedByCase, StepOutOfOrder)
async def see_case_money(
    case_id: FromPath[UUID],
    data: JSONBody[SeeMoney],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> CaseOut:
    """Step 2: see what the client will bring, and how much may be spent on him without asking."""
    case = await service.see_money(session, caller, case_id, pays_well=data.pays_well, now=clock.now())
    return await show_case(session, case)


@post("/{case_id:uuid}/contacts", operation_id="recordCaseContact", guards=[intake])
@refuses(
    AttemptTooEarly,
    AttemptsSpent,
    CaseNotFound,
    CaseOfOther,
    CaseOver,
    ConcernedByCase,
    ContactIncomplete,
    StepOutOfOrder,
)
@once
async def record_case_contact(
    case_id: FromPath[UUID],
    data: JSONBody[RecordContact],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> CaseOut:
    """Step 3: write down an attempt to speak with the client, and why he is disappointed, as he says it.

    Ask open questions and begin with no excuse. Who was not reached is left in peace for some time; after the last
    attempt the case is given up.
    """
    case = await service.record_contact(session, caller, case_id, data.contact(), now=clock.now())
    return await show_case(session, case)


@post("/{case_id:uuid}/verification", operation_id="verifyCaseReason", guards=[intake], status_code=200)
@refuses(
    CaseNotFound,
    CaseOfOther,
    CaseOver,
    ConcernedByCase,
    EvidenceUnknown,
    ReasonNeedsWorker,
    StepOutOfOrder,
    WorkerNotFound,
)
async def verify_case_reason(
    case_id: FromPath[UUID],
    data: JSONBody[VerifyReason],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> CaseOut:
    """Step 4: write down the true reason, with what it rests on. The stated one stays beside it."""
    case = await service.verify_reason(session, caller, case_id, data.verified(), now=clock.now())
    return await show_case(session, case)


@post("/{case_id:uuid}/actions", operation_id="proposeRecoveryAction", guards=[intake])
@refuses(CaseNotFound, CaseOfOther, CaseOver, ConcernedByCase, StepOutOfOrder)
@once
async def propose_recovery_action(
    case_id: FromPath[UUID],
    data: JSONBody[ProposeAction],
    session: NamedDependency[Session],
    once: NamedDependency[Once],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> RecoveryActionOut:
    """Step 5: say what is done for the client. What costs more than the budget waits for a supervisor."""
    action = await actions.propose_action(
        session,
        caller,
        case_id,
        kind=data.kind,
        cost_kop=data.cost_kop,
        words=data.note.strip(),
        now=clock.now(),
    )
    return RecoveryActionOut.of(action)


@post(
    "/{case_id:uuid}/actions/{action_id:uuid}/decision",
    operation_id="decideRecoveryAction",
    guards=[managers],
    status_code=200,
)
@refuses(
    ActionNotFound,
    AlreadyDecided,
    CaseNotFound,
    CaseOfOther,
    CaseOver,
    ConcernedByCase,
    OwnProposal,
    StepOutOfOrder,
)
async def decide_recovery_action(
    case_id: FromPath[UUID],
    action_id: FromPath[UUID],
    data: JSONBody[DecideAction],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> RecoveryActionOut:
    """Allow or refuse what costs more than the budget. Whoever proposed it does not decide."""
    action = await actions.decide_action(
        session,
        caller,
        case_id,
        action_id,
        is_approved=data.is_approved,
        reason=data.reason.strip(),
        now=clock.now(),
    )
    return RecoveryActionOut.of(action)


@post("/{case_id:uuid}/confirmation", operation_id="confirmCase", guards=[intake], status_code=200)
@refuses(CaseNotFound, CaseOfOther, CaseOver, ConcernedByCase, StepOutOfOrder)
async def confirm_case(
    case_id: FromPath[UUID],
    data: JSONBody[ConfirmCase],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> CaseOut:
    """Step 6: the client says whether it is settled. If it is, he is no returnee any more."""
    case = await service.confirm(
        session, caller, case_id, is_settled=data.is_settled, words=data.words.strip(), now=clock.now()
    )
    return await show_case(session, case)


@post("/{case_id:uuid}/prevention", operation_id="endCase", guards=[intake], status_code=200)
@refuses(
    CaseNotFound,
    CaseOfOther,
    CaseOver,
    ConcernedByCase,
    PersonUnknown,
    PreventionNeeded,
    StepOutOfOrder,
)
async def end_case(
    case_id: FromPath[UUID],
    data: JSONBody[EndCase],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> CaseOut:
    """Step 7: somebody gets the task to see that it does not happen again. The case ends with success.

    Two weeks later its owner asks the client again.
    """
    prevention = data.task.prevention() if data.task else None
    case = await service.prevent(
        session, caller, case_id, prevention, nothing_because=data.nothing_because.strip(), now=clock.now()
    )
    return await show_case(session, case)


@post("/{case_id:uuid}/close", operation_id="closeCase", guards=[managers], status_code=200)
@refuses(CaseNotFound, CaseOfOther, CaseOver, ConcernedByCase, StepOutOfOrder)
async def close_case(
    case_id: FromPath[UUID],
    data: JSONBody[CloseCase],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> CaseOut:
    """End a case without success. Who is given up is not worth winning back any more."""
    status = CaseStatus(data.status)
    case = await closing.end_case(
        session, caller, case_id, status=status, reason=data.reason.strip(), now=clock.now()
    )
    return await show_case(session, case)


@post("/{case_id:uuid}/ask-again", operation_id="askAgain", guards=[intake], status_code=200)
@refuses(CaseNotFound, CaseOfOther, ConcernedByCase, NothingToAskAgain)
async def ask_again(
    case_id: FromPath[UUID],
    data: JSONBody[AskAgain],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> CaseOut:
    """Some time after the end: whether the client is satisfied now. If he is not, that disappoints again."""
    case = await closing.ask_again(
        session, caller, case_id, answer=data.answer, words=data.words.strip(), now=clock.now()
    )
    return await show_case(session, case)


@post("/{case_id:uuid}/owner", operation_id="giveCase", guards=[managers], status_code=200)
@refuses(CannotOwnCase, CaseNotFound, CaseOfOther, CaseOver, ConcernedByCase, PersonUnknown)
async def give_case(
    case_id: FromPath[UUID],
    data: JSONBody[GiveCase],
    session: NamedDependency[Session],
    caller: NamedDependency[Scope],
    clock: NamedDependency[Clock],
) -> CaseOut:
    """Give a case to another person of the office. Nobody owns a case about his own work."""
    case = await service.give_to(
        session, caller, case_id, user_id=data.user_id, reason=data.reason.strip(), now=clock.now()
    )
    return await show_case(session, case)


router = Router(
    "/crm/cases",
    route_handlers=[
        list_cases,
        report_cases,
        get_whole_case,
        get_case_evidence,
        take_statement,
        see_case_evidence,
        see_case_money,
        record_case_contact,
        verify_case_reason,
        propose_recovery_action,
        decide_recovery_action,
        confirm_case,
        end_case,
        close_case,
        ask_again,
        give_case,
    ],
    tags=["crm: cases"],
)
