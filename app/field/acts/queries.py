"""All SQL of the acts in the field."""

from uuid import UUID

from sqlalchemy import exists, func, select

from app.core.scope import Scope
from app.db.session import Session
from app.dispatch.api import Job, JobKind
from app.documents.api import Act, ActStatus

OVER = ("completed", "closed", "canceled")


async def count_installations_left(session: Session, scope: Scope, order_id: UUID) -> int:
    """Installation jobs of an order that are neither over nor accepted by a signed act."""
    is_signed = exists().where(
        Act.company_id == Job.company_id, Act.job_id == Job.id, Act.status == ActStatus.SIGNED
    )
    query = select(func.count()).where(
        Job.company_id == scope.company_id,
        Job.order_id == order_id,
        Job.kind == JobKind.INSTALLATION,
        Job.status.not_in(OVER),
        ~is_signed,
    )
    return int(await session.scalar(query) or 0)
