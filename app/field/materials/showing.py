"""Materials of jobs as people see them."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from app.core.scope import Scope
from app.db.session import Session
from app.db.work import Work, work_in
from app.field.conflicts.schemas import ConflictOut
from app.field.materials import queries, service
from app.field.materials.schemas import (
    JobMaterialsHistoryOut,
    JobMaterialsOnPhoneOut,
    JobMaterialsOut,
    MaterialsTakenOut,
    NamedUseOut,
    UseOut,
)
from app.identity.api import find_users


async def show_job(session: Session, scope: Scope, job_id: UUID, *, now: datetime) -> JobMaterialsHistoryOut:
    """A job that the caller may see."""
    async with work_in(session, scope.company_id) as work:
        (compared,) = await service.compare_jobs(work, [job_id], now=now)
    uses = await queries.find_uses(session, scope.company_id, job_id)
    authors = await find_users(session, scope.company_id, {use.author_id for use in uses})
    names = {user.id: user.name for user in authors}
    shown = JobMaterialsOut.of(compared, scope.lang)
    return JobMaterialsHistoryOut(
        job_id=shown.job_id,
        job_number=shown.job_number,
        openings=shown.openings,
        items=shown.items,
        uses=[NamedUseOut.named(use, names[use.author_id]) for use in uses],
    )


async def show_taken(
    session: Session, scope: Scope, job_id: UUID, conflicts: Sequence[ConflictOut], *, now: datetime
) -> MaterialsTakenOut:
    """The same after a worker's report."""
    shown = await show_job(session, scope, job_id, now=now)
    return MaterialsTakenOut(**msgspec.structs.asdict(shown), conflicts=list(conflicts))


async def show_jobs_on_phone(
    work: Work, job_ids: Sequence[UUID], lang: str, *, now: datetime
) -> list[JobMaterialsOnPhoneOut]:
    """Jobs that the worker may see, in a fixed number of statements. One that needs nothing is left out."""
    compared = await service.compare_jobs(work, job_ids, now=now)
    uses = await queries.find_uses_of_jobs(work, job_ids)
    shown = [JobMaterialsOut.of(one, lang) for one in compared if one.lines]
    return [
        JobMaterialsOnPhoneOut(
            id=one.job_id,
            uses=[UseOut.of(use) for use in uses if use.job_id == one.job_id],
            **msgspec.structs.asdict(one),
        )
        for one in shown
    ]
