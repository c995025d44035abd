"""All SQL about templates."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import and_, select
from sqlalchemy.dialects.postgresql import insert

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


async def find_published(
    session: Session, company_id: UUID, kinds: Sequence[str]
) -> Sequence[tuple[str, str, Mapping[str, Any]]]:
    """Kind, legal class and content of what is sent of these kinds."""
    query = (
        select(MessageTemplate.kind, TemplateVersion.legal_class, TemplateVersion.content)
        .join(
            TemplateVersion,
            and_(
                TemplateVersion.company_id == MessageTemplate.company_id,
                TemplateVersion.template_id == MessageTemplate.id,
                TemplateVersion.number == MessageTemplate.published_number,
            ),
        )
        .where(MessageTemplate.company_id == company_id, MessageTemplate.kind.in_(kinds))
    )
    return [(kind, legal_class, content) for kind, legal_class, content in await session.execute(query)]


async def insert_templates(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Those of a kind that the company has are left out."""
    if rows:
        await session.execute(insert(MessageTemplate).values(list(rows)).on_conflict_do_nothing())
