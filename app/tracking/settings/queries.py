from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.db.session import Session
from app.tracking.consents.queries import get_agreed_days
from app.tracking.settings.models import TrackingSettings
from app.tracking.settings.values import KEPT_DAYS


async def get_settings(session: Session, company_id: UUID, *, lock: bool = False) -> TrackingSettings | None:
    """What the company has set. None: nothing."""
    query = select(TrackingSettings).where(TrackingSettings.company_id == company_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def get_kept_days(session: Session, company_id: UUID) -> int:
    """How long the company keeps positions at most. Some consents allow less: see `get_kept_days_of`."""
    settings = await get_settings(session, company_id)
    return settings.kept_days if settings else KEPT_DAYS


async def get_kept_days_of(
    session: Session, company_id: UUID, worker_id: UUID, since: datetime, until: datetime
) -> int:
    """For how many days all positions of a worker in [since, until) are kept."""
    agreed = await get_agreed_days(session, company_id, worker_id, since, until)
    kept_days = await get_kept_days(session, company_id)
    return kept_days if agreed is None else min(agreed, kept_days)
