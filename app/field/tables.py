"""Tables and parts of statements that queries of modules above may read.

Modules above never write these tables.
"""

from app.field.attachments.models import Attachment
from app.field.chat.models import ChatMessage
from app.field.client_history.queries import HISTORY

__all__ = ["HISTORY", "Attachment", "ChatMessage"]
