from datetime import datetime
from uuid import UUID

from app.contracts.identity import CompanyRegistered
from app.crm.rules.service import add_starter_rules
from app.db.session import Session
from app.db.work import work_in


async def on_company_registered(
    session: Session, company_id: UUID, event: CompanyRegistered, now: datetime
) -> None:
    """A new company has rules, so that its first client has a status."""
    async with work_in(session, company_id) as work:
        await add_starter_rules(work, now=now)
