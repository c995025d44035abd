"""Finds a case for somebody who works at it."""

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from app.core.errors import NotFound
from app.core.scope import Scope
from app.crm.cases import queries
from app.crm.cases.models import RecoveryCase
from app.crm.cases.policies.steps import check_actor, check_open, check_step
from app.crm.cases.values import Step
from app.db.session import Session


class CaseNotFound(NotFound):
    code = "case_not_found"


class Held(NamedTuple):
    """A case that nobody else changes until COMMIT."""

    case: RecoveryCase
    concerned: Collection[UUID]
    """Whose own work it is about."""


async def get_case(session: Session, scope: Scope, case_id: UUID) -> RecoveryCase:
    """One case.

    Raises:
        CaseNotFound: no such case in this company.
    """
    case = await queries.get_case(session, scope.company_id, case_id)
    if case is None:
        raise CaseNotFound(case_id=case_id)
    return case


async def hold_case(session: Session, scope: Scope, case_id: UUID) -> Held:
    """Lock a case for somebody who may work at it.

    Raises:
        CaseNotFound, ConcernedByCase, CaseOfOther: see there.
    """
    await queries.lock_client(session, scope.company_id, (await get_case(session, scope, case_id)).client_id)
    case = await queries.lock_case(session, scope.company_id, case_id)
    concerned = await queries.find_concerned(session, scope.company_id, case_id)
    check_actor(scope.user_id, scope.roles, owner_id=case.owner_id, concerned=concerned)
    return Held(case, concerned)


async def hold_open(session: Session, scope: Scope, case_id: UUID) -> Held:
    """As `hold_case`, when the case is open.

    Raises:
        CaseNotFound, ConcernedByCase, CaseOfOther, CaseOver: see there.
    """
    held = await hold_case(session, scope, case_id)
    check_open(held.case.status)
    return held


async def hold_at(session: Session, scope: Scope, case_id: UUID, *steps: Step) -> RecoveryCase:
    """As `hold_case`, when one of these steps is the next.

    Raises:
        CaseNotFound, ConcernedByCase, CaseOfOther, CaseOver, StepOutOfOrder: see there.
    """
    case = (await hold_open(session, scope, case_id)).case
    check_step(case.step, *steps)
    return case
