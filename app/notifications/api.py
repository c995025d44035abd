"""Everything another module may call in notifications: plan and cancel messages, and write days and times as words."""

from app.notifications.inbox.changes import Item, add_item, settle_items
from app.notifications.inbox.queries import count_items, has_open_item
from app.notifications.inbox.service import NewItem, add_inbox_item, add_inbox_items, close_inbox_items
from app.notifications.messages.changes import sms, take_back
from app.notifications.messages.policies import MessageKind, MessageStatus
from app.notifications.messages.queries import was_told
from app.notifications.messages.sending import Sender
from app.notifications.messages.service import cancel_messages, plan_login_code, plan_message
from app.notifications.messages.wording import format_day, format_time, format_time_range
from app.notifications.providers.choice import provider_from

__all__ = [
    "Item",
    "MessageKind",
    "MessageStatus",
    "NewItem",
    "Sender",
    "add_inbox_item",
    "add_inbox_items",
    "add_item",
    "cancel_messages",
    "close_inbox_items",
    "count_items",
    "format_day",
    "format_time",
    "format_time_range",
    "has_open_item",
    "plan_login_code",
    "plan_message",
    "provider_from",
    "settle_items",
    "sms",
    "take_back",
    "was_told",
]
