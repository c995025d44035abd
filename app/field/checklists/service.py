"""The company's checklist, filled in on site."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.core.errors import Invalid
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch import api as dispatch
from app.dispatch.api import AT_WORK
from app.field.checklists import policies, queries
from app.field.checklists.models import ChecklistAnswer
from app.field.visits import VisitNotAtWork


class ChecklistRefused(Invalid):
    """A question is not answered, an answer does not fit its question, or the form has no such question."""

    code = "checklist_refused"


async def answer_checklist(
    session: Session,
    scope: Scope,
    *,
    visit_id: UUID,
    form: list[dict[str, Any]],
    answers: dict[str, Any],
    answered_at: datetime,
) -> ChecklistAnswer:
    """Keep the answers together with the form as it is now.

    The same answers again change nothing, even after the visit. Different answers become another row.

    Raises:
        VisitNotFound: not his visit.
        VisitNotAtWork: he is not on site.
        ChecklistRefused: lists every problem with its path.
    """
    visit = await dispatch.lock_visit(session, scope, visit_id)
    last = await queries.get_last_answer(session, scope, visit_id)
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
