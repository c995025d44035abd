"""What the chats of jobs add to the history of a client."""

from app.db.history import COMPANY, HistoryPart, of_cards
from app.field.chat.models import ChatMessage
from app.orders.tables import Job

HISTORY = [
    HistoryPart(
        "chat",
        at=ChatMessage.said_at,
        row_id=ChatMessage.id,
        where=[
            *of_cards(Job),
            ChatMessage.company_id == COMPANY,
            ChatMessage.job_id == Job.id,
        ],
        number=ChatMessage.number,
        text=ChatMessage.text,
        order_id=Job.order_id,
        job_id=ChatMessage.job_id,
        person_id=ChatMessage.author_id,
    ),
]
