"""What messages add to the history of a client."""

from sqlalchemy import func

from app.db.history import CARDS, COMPANY, HistoryPart, detail
from app.notifications.messages.models import Message

HISTORY = [
    HistoryPart(
        "message",
        at=Message.created_at,
        row_id=Message.id,
        where=[
            Message.company_id == COMPANY,
            Message.recipient_id == func.any(CARDS),
            Message.audience == "client",
        ],
        status=Message.status,
        what=Message.kind,
        reason=Message.status_reason,
        text=Message.body,
        due_at=Message.sent_at,
        detail=detail(channel=Message.channel),
    ),
]
