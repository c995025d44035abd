"""All SQL about ratings."""

from uuid import UUID

from sqlalchemy import Uuid, and_, func, literal, select

from app.crm.disappointments.models import QualityAnswer
from app.crm.disappointments.values import Answer, Said, Subject
from app.db.session import Session
from app.dispatch.tables import Visit
from app.orders.tables import Job


async def lock_ratings(session: Session, company_id: UUID, visit_id: UUID) -> None:
    """Until COMMIT nobody else can rate this visit, so a form that is sent twice is one rating."""
    key = func.concat("ratings ", literal(company_id, Uuid), " ", literal(visit_id, Uuid))
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


async def find_ratings(session: Session, company_id: UUID, visit_id: UUID) -> list[Said]:
    """How the client has rated a visit, oldest first."""
    query = (
        select(QualityAnswer.answer, QualityAnswer.comment, QualityAnswer.stars)
        .where(
            QualityAnswer.company_id == company_id,
            QualityAnswer.visit_id == visit_id,
            QualityAnswer.stars.is_not(None),
        )
        .order_by(QualityAnswer.id)
    )
    return [Said(Answer(row.answer), row.comment, row.stars) for row in await session.execute(query)]


async def get_subject(session: Session, company_id: UUID, visit_id: UUID) -> Subject:
    """The client, job and worker of a visit that is there."""
    query = (
        select(Job.client_id, Job.site_id, Job.order_id, Job.id, Visit.id, Visit.worker_id)
        .select_from(Visit)
        .join(Job, and_(Job.company_id == Visit.company_id, Job.id == Visit.job_id))
        .where(Visit.company_id == company_id, Visit.id == visit_id)
    )
    return Subject(*(await session.execute(query)).one())
