from uuid import UUID

from sqlalchemy import select

from app.db.session import Session
from app.tracking.settings.models import TrackingSettings

KEPT_DAYS = 365
"""As long as a company has set nothing."""


async def get_settings(session: Session, company_id: UUID, *, lock: bool = False) -> TrackingSettings | None:
    """What the company has set. None: nothing."""
    query = select(TrackingSettings).where(TrackingSettings.company_id == company_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def get_kept_days(session: Session, company_id: UUID) -> int:
    settings = await get_settings(session, company_id)
    return settings.kept_days if settings else KEPT_DAYS
