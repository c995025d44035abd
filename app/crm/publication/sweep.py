"""Goes on with the dry runs that somebody has asked for."""

from datetime import datetime
from uuid import UUID

from app.crm.publication import queries
from app.crm.publication.models import SWEEP
from app.crm.publication.service import go_on
from app.db.session import Session
from app.db.sweeps import QueueJob

__all__ = ["SWEEP", "go_on_with_dry_runs"]


async def go_on_with_dry_runs(session: Session, company_id: UUID, now: datetime, _: QueueJob) -> int:
    """Sweep: one batch of one dry run."""
    run = await queries.take_due(session, company_id, now=now)
    if run is None:
        return 0
    await go_on(session, run, now=now)
    return 1
