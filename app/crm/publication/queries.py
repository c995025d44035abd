"""All SQL about the publication of rules and about dry runs."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.core.scope import Scope
from app.crm.publication.models import RulesDryRun
from app.db.session import Session


async def get_dry_run(session: Session, scope: Scope, dry_run_id: UUID) -> RulesDryRun | None:
    return await session.get(RulesDryRun, (scope.company_id, dry_run_id))


async def take_due(session: Session, company_id: UUID, *, now: datetime) -> RulesDryRun | None:
    """The dry run that has waited the longest, locked."""
    query = (
        select(RulesDryRun)
        .where(RulesDryRun.company_id == company_id, RulesDryRun.go_on_at <= now)
        .order_by(RulesDryRun.go_on_at)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return await session.scalar(query)
