"""Looks at a client again whenever something disappoints him."""

from datetime import datetime
from uuid import UUID

from app.contracts.crm import DisappointmentNoted
from app.crm.cases.opening import consider_client
from app.db.session import Session


async def on_disappointment_noted(
    session: Session, company_id: UUID, event: DisappointmentNoted, now: datetime
) -> None:
    await consider_client(session, company_id, event.client_id, now=now)
