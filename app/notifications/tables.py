"""Tables that queries of modules above may read, so that a command can read all its facts in one statement.

Modules above never write these tables. They change them through api.py.
"""

from app.notifications.client_history.queries import HISTORY
from app.notifications.inbox.models import InboxItem
from app.notifications.messages.models import Message

__all__ = ["HISTORY", "InboxItem", "Message"]
