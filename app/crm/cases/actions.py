"""What is done to win a client back, and who allows what costs more than the budget."""

from datetime import datetime
from uuid import UUID

from app.clients import api as clients
from app.core.errors import DomainError, Forbidden, NotFound
from app.core.ids import uuid7
from app.core.scope import Scope
from app.crm.cases import queries
from app.crm.cases.access import hold_at
from app.crm.cases.history import Line, note
from app.crm.cases.models import RecoveryAction, RecoveryCase
from app.crm.cases.values import ActionDecision, ActionKind, Step
from app.db.session import Session
from app.db.work import work_in
from app.notifications.api import InboxKind, Item, add_items_once, settle_occurrences


class ActionNotFound(NotFound):
    code = "recovery_action_not_found"


class AlreadyDecided(DomainError):
    """Somebody has allowed or refused it, or nobody needed to."""

    code = "already_decided"


class OwnProposal(Forbidden):
    """Another person decides about it."""

    code = "own_proposal"


async def propose_action(
    session: Session,
    scope: Scope,
    case_id: UUID,
    *,
    kind: ActionKind,
    cost_kop: int,
    words: str,
    now: datetime,
) -> RecoveryAction:
    """Propose what to do for the client. What lies within the budget, together with what is allowed already, is
    allowed at once; a supervisor decides about the rest.

    Raises:
        CaseNotFound, ConcernedByCase, CaseOfOther, CaseOver, StepOutOfOrder: see there.
    """
    case = await hold_at(session, scope, case_id, Step.ACTION, Step.CONFIRM)
    spent_kop = await queries.sum_approved(session, scope.company_id, case.id)
    is_within = cost_kop == 0 or spent_kop + cost_kop <= (case.budget_kop or 0)
    action = RecoveryAction(
        company_id=scope.company_id,
        id=uuid7(),
        case_id=case.id,
        kind=kind,
        cost_kop=cost_kop,
        note=words,
        proposed_by=scope.user_id,
        proposed_at=now,
        decision=ActionDecision.APPROVED if is_within else ActionDecision.WAITING,
        decided_at=now if is_within else None,
        created_at=now,
    )
    session.add(action)
    told = {"action_id": str(action.id), "action": kind, "cost_kop": cost_kop, "decision": action.decision}
    note(session, case, Line.ACTION_PROPOSED, by=scope.user_id, at=now, **told)
    await session.flush()
    if is_within:
        case.step = Step.CONFIRM
    else:
        await _ask_supervisors(session, case, action)
    return action


async def _ask_supervisors(session: Session, case: RecoveryCase, action: RecoveryAction) -> None:
    [client] = await clients.find_clients(session, case.company_id, [case.client_id])
    params = {"client": client.full_name, "cost_kop": action.cost_kop}
    item = Item("supervisor", InboxKind.ACTION_OVER_BUDGET, "recovery_case", case.id, params, str(action.id))
    await add_items_once(session, case.company_id, item)


async def decide_action(
    session: Session,
    scope: Scope,
    case_id: UUID,
    action_id: UUID,
    *,
    is_approved: bool,
    reason: str,
    now: datetime,
) -> RecoveryAction:
    """A supervisor allows what costs more than the budget, or refuses it. He has not proposed it himself.

    Raises:
        CaseNotFound, ConcernedByCase, CaseOfOther, CaseOver, StepOutOfOrder: see there.
        ActionNotFound, AlreadyDecided, OwnProposal: see there.
    """
    case = await hold_at(session, scope, case_id, Step.ACTION, Step.CONFIRM)
    action = await queries.get_action(session, scope.company_id, case.id, action_id)
    if action is None:
        raise ActionNotFound(action_id=action_id)
    if action.decision != ActionDecision.WAITING:
        raise AlreadyDecided
    if action.proposed_by == scope.user_id:
        raise OwnProposal
    action.decision = ActionDecision.APPROVED if is_approved else ActionDecision.REFUSED
    action.decided_by, action.decided_at, action.decision_reason = scope.user_id, now, reason
    told = {"action_id": str(action.id), "decision": action.decision, "reason": reason}
    note(session, case, Line.ACTION_DECIDED, by=scope.user_id, at=now, **told)
    if is_approved:
        case.step = Step.CONFIRM
    async with work_in(session, scope.company_id) as work:
        work.write(settle_occurrences(InboxKind.ACTION_OVER_BUDGET, case.id, [str(action.id)], now=now))
    return action
