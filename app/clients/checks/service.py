"""The office makes sure that phones and e-mails still lead to the client."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.clients.checks import queries
from app.clients.checks.models import ContactCheck
from app.clients.consents.service import ContactNotOnCard, cards_of
from app.clients.records.models import ClientContact
from app.clients.records.queries import find_contacts
from app.contracts.clients import ContactsConfirmed
from app.core.ids import uuid7
from app.core.scope import Scope
from app.db.outbox import announce
from app.db.session import Session

CONFIRMED = "confirmed"


async def check_contacts(
    session: Session,
    scope: Scope,
    *,
    client_id: UUID,
    value: str | None,
    outcome: str,
    note: str,
    now: datetime,
) -> list[ContactCheck]:
    """Write down that a contact still leads to the client, or does not. `value` None: all of them.

    What is wrong stays on the card until somebody takes it away, and is to be checked again.

    Raises:
        CardNotFound: no such client in this company.
        ContactNotOnCard: he has no such phone or e-mail, or none at all.
    """
    cards = await cards_of(session, scope.company_id, client_id)
    held = await find_contacts(session, scope.company_id, cards)
    checked = [one for one in held if value is None or one.written == value]
    if not checked:
        raise ContactNotOnCard(client_id=client_id)
    rows = [_row(scope, cards[0], one, outcome, note.strip(), now) for one in checked]
    session.add_all(rows)
    await session.flush()
    if outcome == CONFIRMED:
        await _confirm(session, scope, cards[0], checked, now)
    return rows


def _row(
    scope: Scope, root: UUID, contact: ClientContact, outcome: str, note: str, now: datetime
) -> ContactCheck:
    return ContactCheck(
        company_id=scope.company_id,
        id=uuid7(),
        client_id=root,
        contact_kind=contact.kind,
        value=contact.written,
        outcome=outcome,
        note=note,
        checked_by=scope.user_id,
        checked_at=now,
        created_at=now,
    )


async def _confirm(
    session: Session, scope: Scope, root: UUID, checked: Sequence[ClientContact], now: datetime
) -> None:
    await queries.note_confirmed(session, scope.company_id, [one.id for one in checked], now=now)
    await announce(session, scope.company_id, ContactsConfirmed(client_id=root))
