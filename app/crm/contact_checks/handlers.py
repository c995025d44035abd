"""What becomes of the tasks when somebody has confirmed the contacts."""

from datetime import datetime
from uuid import UUID

from app.clients.api import cards_of
from app.contracts.clients import ContactsConfirmed
from app.crm.tasks.policies import TaskKind
from app.crm.tasks.service import drop_tasks
from app.db.session import Session

CONFIRMED = "contacts_confirmed"


async def on_contacts_confirmed(
    session: Session, company_id: UUID, event: ContactsConfirmed, now: datetime
) -> None:
    """Nobody needs to check them any more."""
    cards = await cards_of(session, company_id, event.client_id)
    await drop_tasks(session, company_id, cards, kind=TaskKind.CHECK_CONTACTS, reason=CONFIRMED, now=now)
