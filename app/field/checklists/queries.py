"""All SQL about filled-in forms."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import distinct_on

from app.core.scope import Scope
from app.db.query import Query
from app.db.session import Session
from app.db.work import Work
from app.field.checklists.models import ChecklistAnswer


async def get_last_answer(session: Session, scope: Scope, visit_id: UUID) -> ChecklistAnswer | None:
    query = select(ChecklistAnswer).where(
        ChecklistAnswer.company_id == scope.company_id, ChecklistAnswer.visit_id == visit_id
    )
    return await session.scalar(query.order_by(ChecklistAnswer.id.desc()).limit(1))


COLUMNS = tuple(ChecklistAnswer.__table__.c)
LAST_ANSWERS = Query(
    select(*COLUMNS)
    .where(
        ChecklistAnswer.company_id == bindparam("company", type_=Uuid),
        ChecklistAnswer.visit_id == func.any(bindparam("visits", type_=ARRAY(Uuid))),
    )
    .ext(distinct_on(ChecklistAnswer.visit_id))
    .order_by(ChecklistAnswer.visit_id, ChecklistAnswer.id.desc()),
    lambda *row: ChecklistAnswer(**{column.key: value for column, value in zip(COLUMNS, row, strict=True)}),
)


async def find_last_answers(work: Work, visit_ids: Sequence[UUID]) -> dict[UUID, ChecklistAnswer]:
    """By visit. The rows belong to no session. A visit that nobody has answered for is left out."""
    return {answer.visit_id: answer for answer in await work.all(LAST_ANSWERS, visits=visit_ids)}
