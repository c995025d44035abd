"""Looks again at the visits of a worker, or at one visit, when something about them has changed."""

from datetime import datetime
from uuid import UUID

from app.contracts.dispatch import JobSkillsChanged, VisitMoved
from app.contracts.identity import UserChanged
from app.contracts.workforce import AvailabilityChanged, CrewActivityChanged
from app.db.session import Session
from app.dispatch.staffing.service import (
    let_go,
    reconcile_crew,
    reconcile_job,
    reconcile_visit,
    reconcile_worker,
)


async def on_availability_changed(
    session: Session, company_id: UUID, event: AvailabilityChanged, now: datetime
) -> None:
    """Decides by the present state and not by the event, so a late or repeated event does no harm."""
    await let_go(session, company_id, event.worker_id, now=now)
    await reconcile_worker(session, company_id, event.worker_id, now=now)


async def on_user_changed(session: Session, company_id: UUID, event: UserChanged, now: datetime) -> None:
    """Whoever was dismissed is not asked any more: somebody else is."""
    await let_go(session, company_id, event.user_id, now=now)


async def on_crew_activity_changed(
    session: Session, company_id: UUID, event: CrewActivityChanged, now: datetime
) -> None:
    """The visits of a dissolved crew need somebody else. Those of one that works again do not."""
    await reconcile_crew(session, company_id, event.crew_id, now=now)


async def on_job_skills_changed(
    session: Session, company_id: UUID, event: JobSkillsChanged, now: datetime
) -> None:
    """Whoever was asked before may lack a skill now, or need it no more."""
    await reconcile_job(session, company_id, event.job_id, now=now)


async def on_visit_moved(session: Session, company_id: UUID, event: VisitMoved, now: datetime) -> None:
    """A visit that keeps its people at another time may fit them again."""
    await reconcile_visit(session, company_id, event.visit_id, now=now)
