"""Everything another module may call in notifications: plan and cancel messages, and write days and times as words."""

from app.notifications.batches.release import hold_up, let_go
from app.notifications.batches.service import BatchMoveImpossible, BatchNotFound
from app.notifications.channels.choice import channels_from
from app.notifications.channels.protocol import Channel
from app.notifications.channels.sms.signatures import is_signed, sign_reports
from app.notifications.gate.permission import Gatekeeper, Permission, Question
from app.notifications.gate.policies import Ruling
from app.notifications.gate.subjects import Subject
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
from app.notifications.legal import LegalClass, Priority
from app.notifications.messages.changes import (
    cancel_messages,
    plan_message,
    plan_touch,
    stop_messages,
    stop_messages_to,
    together,
)
from app.notifications.messages.policies import MessageStatus, Rung, shown_body
from app.notifications.messages.queries import LastMessage, find_last_message_to, was_told
from app.notifications.messages.sending import Sender
from app.notifications.messages.service import ReportNotSigned, plan_login_code
from app.notifications.messages.wording import (
    format_day,
    format_in_both_zones,
    format_time,
    format_time_range,
)
from app.notifications.templates.catalogue import (
    ProposedTemplate,
    PublishedText,
    find_published,
    propose_templates,
)

__all__ = [
    "BatchMoveImpossible",
    "BatchNotFound",
    "Channel",
    "Gatekeeper",
    "InboxKind",
    "Item",
    "LastMessage",
    "LegalClass",
    "MessageKind",
    "MessageStatus",
    "Permission",
    "Priority",
    "ProposedTemplate",
    "PublishedText",
    "Question",
    "ReportNotSigned",
    "Ruling",
    "Rung",
    "Sender",
    "Subject",
    "add_item",
    "add_items_once",
    "at_site",
    "cancel_messages",
    "channels_from",
    "count_items",
    "find_last_message_to",
    "find_published",
    "format_day",
    "format_in_both_zones",
    "format_time",
    "format_time_range",
    "has_open_item",
    "hold_up",
    "is_signed",
    "let_go",
    "plan_login_code",
    "plan_message",
    "plan_touch",
    "propose_templates",
    "settle_found",
    "settle_items",
    "settle_occurrence",
    "settle_occurrences",
    "shown_body",
    "sign_reports",
    "stop_messages",
    "stop_messages_to",
    "together",
    "was_told",
]
