"""Materials of jobs as people see them."""

from datetime import datetime
from uuid import UUID

from app.core.scope import Scope
from app.db.session import Session
from app.field.materials import queries, service
from app.field.materials.schemas import JobMaterialsHistoryOut, JobMaterialsOut, UseOut


async def show_job(session: Session, scope: Scope, job_id: UUID, *, now: datetime) -> JobMaterialsHistoryOut:
    """A job that the caller may see."""
    (compared,) = await service.compare_jobs(session, scope.company_id, [job_id], now=now)
    uses = await queries.find_uses(session, scope.company_id, job_id)
    shown = JobMaterialsOut.of(compared, scope.lang)
    return JobMaterialsHistoryOut(
        job_id=shown.job_id,
        job_number=shown.job_number,
        openings=shown.openings,
        items=shown.items,
        uses=[UseOut.of(use) for use in uses],
    )
