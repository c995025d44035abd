"""All SQL about consents and private time."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.dialects.postgresql import distinct_on

from app.db.session import Session
from app.tracking.consents.models import ConsentText, PrivateTime, TrackingConsent

COUNTED = or_(TrackingConsent.withdrawn_at.is_(None), TrackingConsent.withdrawn_at > TrackingConsent.given_at)
"""The others are withdrawals alone."""


async def get_text(session: Session, company_id: UUID, *, version: int | None = None) -> ConsentText | None:
    """The company's own text of this version, or its newest. None: it has none."""
    query = select(ConsentText).where(ConsentText.company_id == company_id)
    if version is not None:
        query = query.where(ConsentText.version == version)
    return await session.scalar(query.order_by(ConsentText.version.desc()).limit(1))


async def find_consents_of(
    session: Session, company_id: UUID, worker_id: UUID, *, lock: bool = False
) -> Sequence[TrackingConsent]:
    """All consents of a worker, the newest first. With `lock` also withdrawals alone, which never counted."""
    query = select(TrackingConsent).where(
        TrackingConsent.company_id == company_id, TrackingConsent.worker_id == worker_id
    )
    query = query.order_by(TrackingConsent.given_at.desc(), TrackingConsent.id.desc())
    return (await session.scalars(query.with_for_update() if lock else query.where(COUNTED))).all()


async def find_last_consents(session: Session, company_id: UUID) -> Sequence[TrackingConsent]:
    """The newest consent of each worker who has given one."""
    query = (
        select(TrackingConsent)
        .where(TrackingConsent.company_id == company_id, COUNTED)
        .ext(distinct_on(TrackingConsent.worker_id))
        .order_by(TrackingConsent.worker_id, TrackingConsent.given_at.desc(), TrackingConsent.id.desc())
    )
    return (await session.scalars(query)).all()


async def find_private_times(
    session: Session, company_id: UUID, worker_id: UUID, *, lock: bool = False
) -> Sequence[PrivateTime]:
    """All private times of a worker, in time order."""
    query = select(PrivateTime).where(
        PrivateTime.company_id == company_id, PrivateTime.worker_id == worker_id
    )
    query = query.order_by(PrivateTime.period)
    return (await session.scalars(query.with_for_update() if lock else query)).all()
