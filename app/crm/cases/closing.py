"""What happens when an attempt had no success, and how a case ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.contracts.crm import CaseClosed
from app.core.errors import DomainError
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.cases.access import hold_at, hold_case
from app.crm.cases.history import Line, note
from app.crm.cases.models import RecoveryCase
from app.crm.cases.opening import ask_for_contact
from app.crm.cases.policies.attempts import Limits, are_spent
from app.crm.cases.values import CaseStatus, Step
from app.crm.disappointments.policies import judge_answer
from app.crm.disappointments.service import keep_signals, recover_case, set_worth
from app.crm.disappointments.values import Answer, Said, Subject
from app.crm.facts.gathering import OfClient
from app.crm.facts.values import Fact, FactKind
from app.crm.rules.service import content_in_force
from app.crm.statuses.service import keep_facts, read_by_what
from app.crm.tasks.policies import TaskKind
from app.crm.tasks.service import NewTask, end_tasks_of_case, open_for_known
from app.db.outbox import announce
from app.db.session import Session
from app.db.work import work_in
from app.notifications.api import InboxKind, settle_items

A_DAY = timedelta(days=1)
BEFORE_SUCCESS = tuple(one for one in Step if one != Step.PREVENT)


class NothingToAskAgain(DomainError):
    """The case is open, was given up, or he was asked already."""

    code = "nothing_to_ask_again"


async def open_next_attempt(
    session: Session, case: RecoveryCase, attempts: Sequence[datetime], limits: Limits, *, now: datetime
) -> None:
    """An attempt had no success. After a pause there is another one; if all are made, nobody tries any more."""
    fact = Fact(FactKind.WIN_BACK_FAILED, now, uuid7(), detail={"case_id": str(case.id)})
    async with work_in(session, case.company_id) as work:
        by = await read_by_what(work, now=now)
        await keep_facts(work, [OfClient(case.client_id, fact)], by)
    if are_spent(attempts, limits, now=now):
        await close_case(session, case, CaseStatus.GIVEN_UP, by=None, reason="", now=now)
        return
    case.step = Step.CONTACT
    from_at = max(now, attempts[-1] + limits.gap)
    await ask_for_contact(
        session, case, number=len(attempts) + 1, from_at=from_at, until=from_at + A_DAY, now=now
    )


async def close_case(
    session: Session, case: RecoveryCase, status: CaseStatus, *, by: UUID | None, reason: str, now: datetime
) -> None:
    """Write down how a case ended. The caller has locked it."""
    case.status, case.step, case.closed_at, case.closed_by = status, None, now, by
    case.close_reason = reason
    note(session, case, Line.CLOSED, by=by, at=now, status=status, reason=reason)
    await session.flush()
    await end_tasks_of_case(session, case.company_id, case.id, by=by, now=now)
    async with work_in(session, case.company_id) as work:
        work.write(settle_items([InboxKind.ACTION_OVER_BUDGET], case.id, now=now))
    if status != CaseStatus.GIVEN_UP:
        await _plan_to_ask_again(session, case, now=now)
    closed = CaseClosed(case_id=case.id, client_id=case.client_id, status=status)
    await announce(session, case.company_id, closed)


async def _plan_to_ask_again(session: Session, case: RecoveryCase, *, now: datetime) -> None:
    rules = await content_in_force(session, case.company_id)
    task = NewTask(
        client_id=case.client_id,
        kind=TaskKind.ASK_AGAIN,
        channel="call",
        due_at=now + timedelta(days=rules.recovery.ask_again_days),
        responsible_id=case.owner_id,
        patience=A_DAY,
        subject_kind="recovery_case",
        subject_id=case.id,
    )
    await open_for_known(session, case.company_id, task, opened_by=None, now=now)


async def end_case(
    session: Session, scope: Scope, case_id: UUID, *, status: CaseStatus, reason: str, now: datetime
) -> RecoveryCase:
    """A supervisor ends a case without success. If it is given up, the client is not worth winning back any more.

    Raises:
        CaseNotFound, ConcernedByCase, CaseOfOther, CaseOver, StepOutOfOrder: see there.
    """
    case = await hold_at(session, scope, case_id, *BEFORE_SUCCESS)
    if status == CaseStatus.GIVEN_UP:
        await set_worth(session, scope, case.client_id, is_worth=False, reason=reason, now=now)
    await close_case(session, case, status, by=scope.user_id, reason=reason, now=now)
    return case


async def ask_again(
    session: Session, scope: Scope, case_id: UUID, *, answer: Answer, words: str, now: datetime
) -> RecoveryCase:
    """Some time after the end the client was asked whether he is satisfied now. If he is not, that disappoints again.

    Raises:
        CaseNotFound, ConcernedByCase, CaseOfOther, NothingToAskAgain: see there.
    """
    case = (await hold_case(session, scope, case_id)).case
    ended = (CaseStatus.RECOVERED, CaseStatus.NOT_RECOVERED)
    if case.status not in ended or case.asked_again_at is not None:
        raise NothingToAskAgain
    case.asked_again_at, case.answer_again = now, answer
    note(session, case, Line.ASKED_AGAIN, by=scope.user_id, at=now, answer=answer, words=words)
    await end_tasks_of_case(session, scope.company_id, case.id, by=scope.user_id, now=now)
    if answer == Answer.YES:
        await recover_case(session, scope, case.id, how=words or str(answer), now=now)
        return case
    signal = judge_answer(Said(answer, words), now, case.id, Subject(case.client_id))
    async with work_in(session, scope.company_id) as work:
        by = await read_by_what(work, now=now)
        await keep_signals(work, [signal] if signal else [], by, noted_by=scope.user_id)
    return case
