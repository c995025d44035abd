from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update

from app.db.session import Session
from app.identity.devices.models import Device


async def get_device(session: Session, company_id: UUID, device_id: UUID) -> Device | None:
    query = select(Device).where(Device.company_id == company_id, Device.id == device_id)
    return (await session.scalars(query)).one_or_none()


async def find_devices(session: Session, company_id: UUID, user_id: UUID) -> list[Device]:
    """The person's devices, the one seen last first."""
    query = (
        select(Device)
        .where(Device.company_id == company_id, Device.user_id == user_id)
        .order_by(Device.last_seen_at.desc(), Device.id)
    )
    return list(await session.scalars(query))


async def note_seen(session: Session, company_id: UUID, device_id: UUID, *, now: datetime) -> None:
    await session.execute(
        update(Device)
        .where(Device.company_id == company_id, Device.id == device_id)
        .values(last_seen_at=now)
        .execution_options(synchronize_session=False)
    )
