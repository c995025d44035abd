"""All SQL about filled-in forms."""

from uuid import UUID

from sqlalchemy import select

from app.core.scope import Scope
from app.db.session import Session
from app.field.checklists.models import ChecklistAnswer


async def get_last_answer(session: Session, scope: Scope, visit_id: UUID) -> ChecklistAnswer | None:
    query = select(ChecklistAnswer).where(
        ChecklistAnswer.company_id == scope.company_id, ChecklistAnswer.visit_id == visit_id
    )
    return await session.scalar(query.order_by(ChecklistAnswer.id.desc()).limit(1))
