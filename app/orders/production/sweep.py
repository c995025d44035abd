"""Sweeps the reminders of production orders."""

from datetime import datetime
from uuid import UUID

from app.db.session import Session
from app.db.sweeps import QueueJob
from app.orders.production import queries, service


async def remind_of_readiness(session: Session, company_id: UUID, now: datetime, _: QueueJob) -> int:
    """Sweep `readiness`: remind the dispatcher to agree an installation with the client."""
    orders = await queries.take_due_reminders(session, company_id, now=now, limit=service.REMINDERS_AT_ONCE)
    if orders:
        zone = await service.zone_of(session, company_id)
    for order in orders:
        await service.remind_dispatcher(session, order, zone=zone, now=now)
    return len(orders)
