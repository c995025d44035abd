"""What cards, consents and texts of clients add to their history."""

from sqlalchemy import case, func, select

from app.clients.checks.models import ContactCheck
from app.clients.consents.models import ClientConsent
from app.clients.inbound.models import InboundMessage
from app.clients.records.models import ClientContact, ClientMerge
from app.db.history import CARDS, COMPANY, HistoryPart, detail, of_cards

_NUMBERS = select(ClientContact.value).where(*of_cards(ClientContact)).scalar_subquery()

HISTORY = [
    HistoryPart(
        "consent",
        at=ClientConsent.said_at,
        row_id=ClientConsent.id,
        where=of_cards(ClientConsent),
        status=ClientConsent.decision,
        what=ClientConsent.purpose,
        text=ClientConsent.note,
        person_id=ClientConsent.recorded_by,
        detail=detail(channel=ClientConsent.channel),
    ),
    HistoryPart(
        "text",
        at=InboundMessage.received_at,
        row_id=InboundMessage.id,
        where=[
            InboundMessage.company_id == COMPANY,
            InboundMessage.value.in_(_NUMBERS),
            InboundMessage.client_ids.bool_op("&&")(CARDS),
        ],
        status=InboundMessage.meaning,
        text=InboundMessage.body,
        detail=detail(channel=InboundMessage.channel),
    ),
    HistoryPart(
        "contact_check",
        at=ContactCheck.checked_at,
        row_id=ContactCheck.id,
        where=of_cards(ContactCheck),
        status=ContactCheck.outcome,
        what=ContactCheck.contact_kind,
        text=ContactCheck.note,
        person_id=ContactCheck.checked_by,
    ),
    HistoryPart(
        "merge",
        at=ClientMerge.merged_at,
        row_id=ClientMerge.id,
        where=[ClientMerge.company_id == COMPANY, ClientMerge.survivor_id == func.any(CARDS)],
        status=case((ClientMerge.undone_at.is_(None), "merged"), else_="undone"),
        reason=ClientMerge.undo_reason,
        text=ClientMerge.reason,
        person_id=ClientMerge.merged_by,
    ),
]
