"""The company's checklist, filled in on site."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.errors import DomainError, Invalid
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch import api as dispatch
from app.dispatch.api import AT_WORK, VisitState
from app.field.checklists import policies, queries
from app.field.checklists.models import ChecklistAnswer
from app.field.checklists.policies import Form
from app.field.queries import FieldJob
from app.field.visits import VisitNotAtWork
from app.orders.api import checklist_version, find_old_forms


class ChecklistRefused(Invalid):
    """A question is not answered, an answer does not fit its question, or the form has no such question."""

    code = "checklist_refused"


class ChecklistUnknown(DomainError):
    """The checklist never had this version. Show the checklist again."""

    status = 422
    code = "checklist_unknown"


async def answer_checklist(
    session: Session,
    scope: Scope,
    *,
    visit_id: UUID,
    job: FieldJob,
    version: str | None,
    answers: dict[str, Any],
    answered_at: datetime,
) -> ChecklistAnswer:
    """Keep the answers together with the form that he was shown, also if the office has changed it meanwhile.

    The same answers again change nothing, even after the visit. Different answers become another row.

    Raises:
        VisitNotFound: not his visit.
        VisitNotAtWork: he is not on site.
        ChecklistUnknown: there was no such version.
        ChecklistRefused: lists every problem with its path.
    """
    visit = await dispatch.lock_visit(session, scope, visit_id)
    last = await queries.get_last_answer(session, scope, visit_id)
    shown = await _form_shown(session, scope, visit, job, last, version=version, answers=answers)
    if shown is None:
        raise ChecklistUnknown(version=version)
    form = shown.questions
    if last is not None and (last.form, last.answers) == (form, answers):
        return last
    if visit.status not in AT_WORK:
        raise VisitNotAtWork(status=visit.status)
    if problems := policies.find_problems(form, answers):
        raise ChecklistRefused(errors=[problem._asdict() for problem in problems])
    row = ChecklistAnswer(
        company_id=scope.company_id,
        id=uuid7(),
        visit_id=visit_id,
        author_id=scope.user_id,
        form=form,
        answers=answers,
        answered_at=answered_at,
    )
    session.add(row)
    return row


async def _form_shown(
    session: Session,
    scope: Scope,
    visit: VisitState,
    job: FieldJob,
    last: ChecklistAnswer | None,
    *,
    version: str | None,
    answers: dict[str, Any],
) -> Form | None:
    """What his phone can have shown: the present form, those that were replaced since he accepted the visit, and the
    one he has answered before. By its version also an older one."""
    old = await find_old_forms(session, scope.company_id, job.job_type_id)
    seen = [
        one.form for one in old if version or (visit.accepted_at and one.replaced_at >= visit.accepted_at)
    ]
    answered = [last.form] if last is not None else []
    forms = [Form(checklist_version(form), form) for form in (job.checklist, *seen, *answered)]
    return policies.form_shown(forms, version=version, answers=answers)
