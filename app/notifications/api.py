"""Everything another module may call in notifications: plan and cancel messages, and write days and times as words."""

from app.notifications.channels.choice import channels_from
from app.notifications.channels.sms.signatures import is_signed, sign_reports
from app.notifications.gate.permission import Permission, Question
from app.notifications.inbox.changes import (
    InboxKind,
    Item,
    add_item,
    at_site,
    settle_found,
    settle_items,
    settle_occurrence,
    settle_occurrences,
)
from app.notifications.inbox.queries import count_items, has_open_item
from app.notifications.inbox.service import add_items_once
from app.notifications.kinds import MessageKind
from app.notifications.messages.changes import (
    cancel_messages,
    plan_message,
    stop_messages,
    stop_messages_to,
    together,
)
from app.notifications.messages.policies import MessageStatus
from app.notifications.messages.queries import LastMessage, find_last_message_to, was_told
from app.notifications.messages.sending import Sender
from app.notifications.messages.service import ReportNotSigned, plan_login_code
from app.notifications.messages.wording import (
    format_day,
    format_in_both_zones,
    format_time,
    format_time_range,
)

__all__ = [
    "InboxKind",
    "Item",
    "LastMessage",
    "MessageKind",
    "MessageStatus",
    "Permission",
    "Question",
    "ReportNotSigned",
    "Sender",
    "add_item",
    "add_items_once",
    "at_site",
    "cancel_messages",
    "channels_from",
    "count_items",
    "find_last_message_to",
    "format_day",
    "format_in_both_zones",
    "format_time",
    "format_time_range",
    "has_open_item",
    "is_signed",
    "plan_login_code",
    "plan_message",
    "settle_found",
    "settle_items",
    "settle_occurrence",
    "settle_occurrences",
    "sign_reports",
    "stop_messages",
    "stop_messages_to",
    "together",
    "was_told",
]
