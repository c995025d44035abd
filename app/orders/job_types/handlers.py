from datetime import datetime
from uuid import UUID

from app.contracts.identity import CompanyRegistered
from app.db.session import Session
from app.orders.job_types.service import create_default_setup


async def on_company_registered(
    session: Session, company_id: UUID, event: CompanyRegistered, now: datetime
) -> None:
    """Create skills, forms and job types, so that a new company can book visits within a second."""
    await create_default_setup(session, company_id, event.lang, now=now)
