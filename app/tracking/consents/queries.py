"""All SQL about consents and private time."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import distinct_on

from app.db.session import Session
from app.tracking.consents.models import ConsentText, PrivateTime, TrackingConsent


async def get_text(session: Session, company_id: UUID, *, version: int | None = None) -> ConsentText | None:
    """The company's own text of this version, or its newest. None: it has none."""
    query = select(ConsentText).where(ConsentText.company_id == company_id)
    if version is not None:
        query = query.where(ConsentText.version == version)
    return await session.scalar(query.order_by(ConsentText.version.desc()).limit(1))


async def lock_last_consent(session: Session, company_id: UUID, worker_id: UUID) -> TrackingConsent | None:
    """The consent a worker gave last."""
    query = select(TrackingConsent).where(
        TrackingConsent.company_id == company_id, TrackingConsent.worker_id == worker_id
    )
    query = query.order_by(TrackingConsent.given_at.desc(), TrackingConsent.id.desc()).limit(1)
    return await session.scalar(query.with_for_update())


async def find_consents_of(session: Session, company_id: UUID, worker_id: UUID) -> Sequence[TrackingConsent]:
    """All consents of a worker, the newest first."""
    query = select(TrackingConsent).where(
        TrackingConsent.company_id == company_id, TrackingConsent.worker_id == worker_id
    )
    query = query.order_by(TrackingConsent.given_at.desc(), TrackingConsent.id.desc())
    return (await session.scalars(query)).all()


async def find_last_consents(session: Session, company_id: UUID) -> Sequence[TrackingConsent]:
    """The newest consent of each worker who has given one."""
    query = (
        select(TrackingConsent)
        .where(TrackingConsent.company_id == company_id)
        .ext(distinct_on(TrackingConsent.worker_id))
        .order_by(TrackingConsent.worker_id, TrackingConsent.given_at.desc(), TrackingConsent.id.desc())
    )
    return (await session.scalars(query)).all()


async def get_last_private_time(
    session: Session, company_id: UUID, worker_id: UUID, *, lock: bool = False
) -> PrivateTime | None:
    """The private time that began last."""
    query = select(PrivateTime).where(
        PrivateTime.company_id == company_id, PrivateTime.worker_id == worker_id
    )
    query = query.order_by(func.lower(PrivateTime.period).desc()).limit(1)
    return await session.scalar(query.with_for_update() if lock else query)
