from uuid import UUID

from sqlalchemy import select

from app.db.session import Session
from app.notifications.settings.models import MessageSettings


async def get_settings(session: Session, company_id: UUID, *, lock: bool = False) -> MessageSettings | None:
    """What the company has set. None: nothing."""
    query = select(MessageSettings).where(MessageSettings.company_id == company_id)
    return await session.scalar(query.with_for_update() if lock else query)


async def get_segment_price(session: Session, company_id: UUID) -> int | None:
    """Kopecks for one SMS. None: the company has not said."""
    settings = await get_settings(session, company_id)
    return settings.segment_price_kop if settings else None
