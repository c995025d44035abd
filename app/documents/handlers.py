"""What documents do when something happens elsewhere."""

from datetime import datetime
from uuid import UUID

from app.contracts.identity import CompanyRegistered
from app.db.session import Session
from app.documents.price_list.service import create_default_work_items


async def on_company_registered(
    session: Session, company_id: UUID, event: CompanyRegistered, now: datetime
) -> None:
    """A new company can draw up its first act at once."""
    await create_default_work_items(session, company_id)
