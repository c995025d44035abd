"""All SQL about templates."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import select

from app.core.scope import Scope
from app.db.session import Session
from app.notifications.templates.models import MessageTemplate, TemplateVersion


async def find_templates(session: Session, scope: Scope) -> Sequence[MessageTemplate]:
    query = select(MessageTemplate).where(MessageTemplate.company_id == scope.company_id)
    return (await session.scalars(query.order_by(MessageTemplate.id))).all()


async def get_template(
    session: Session, scope: Scope, template_id: UUID, *, lock: bool = False
) -> MessageTemplate | None:
    query = select(MessageTemplate).where(
        MessageTemplate.company_id == scope.company_id, MessageTemplate.id == template_id
    )
    return await session.scalar(query.with_for_update() if lock else query)


async def find_versions(session: Session, scope: Scope, template_id: UUID) -> Sequence[TemplateVersion]:
    """The newest first."""
    query = select(TemplateVersion).where(
        TemplateVersion.company_id == scope.company_id, TemplateVersion.template_id == template_id
    )
    return (await session.scalars(query.order_by(TemplateVersion.number.desc()))).all()
