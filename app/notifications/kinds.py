"""The kinds of messages that the product itself sends, and the words that each of them contains."""

from enum import StrEnum


class MessageKind(StrEnum):
    """What a message is about. Its text has the same key in `[sms]`. A company adds kinds by its templates."""

    ON_MY_WAY = "on_my_way"
    VISIT_BOOKED = "visit_booked"
    VISIT_ASKED = "visit_asked"
    VISIT_REMINDED = "visit_reminded"
    INSTALLATION_BOOKED = "installation_booked"
    VISIT_MOVED = "visit_moved"
    VISIT_CANCELED = "visit_canceled"
    VISIT_FAILED = "visit_failed"
    OTHER_WORKER_COMES = "other_worker_comes"
    WORKER_NOT_COMING = "worker_not_coming"
    OFFER_MADE = "offer_made"
    OFFER_REMINDER = "offer_reminder"
    OFFER_WITHDRAWN = "offer_withdrawn"
    LOGIN_CODE = "login_code"


OF_PRODUCT = frozenset(MessageKind)


def is_of_product(kind: str) -> bool:
    """Whether the product has a text of this kind. All other kinds are of a company's own templates."""
    return kind in OF_PRODUCT


K = MessageKind

VARIABLES: dict[MessageKind, tuple[str, ...]] = {
    K.ON_MY_WAY: ("company", "worker", "expected", "place", "link"),
    K.VISIT_BOOKED: ("company", "what", "day", "window", "place", "ask"),
    K.INSTALLATION_BOOKED: ("company", "what", "day", "window", "worker", "place", "ask"),
    K.VISIT_ASKED: ("company", "what", "day", "window", "who", "place", "ask"),
    K.VISIT_REMINDED: ("company", "what", "day", "window", "who", "place", "link"),
    K.VISIT_MOVED: ("company", "what", "day", "window", "place", "ask"),
    K.VISIT_CANCELED: ("company", "what", "day", "window", "place"),
    K.VISIT_FAILED: ("company", "what", "day", "place"),
    K.OTHER_WORKER_COMES: ("company", "what", "day", "window", "worker", "place"),
    K.WORKER_NOT_COMING: ("company", "worker", "place"),
    K.OFFER_MADE: ("what", "where", "when", "accept_by"),
    K.OFFER_REMINDER: ("what", "where", "when", "accept_by"),
    K.OFFER_WITHDRAWN: ("what", "where", "when"),
    K.LOGIN_CODE: ("code",),
}
"""The words of each kind. `plan_message` gets all of them but the optional ones."""

OPTIONAL = frozenset({"link", "place", "who", "ask"})
"""Empty when there is nothing to say. A place comes with a space and in brackets, who comes and the question with a
space. The question has the link by which the client answers."""

TO_WORKERS = frozenset({K.OFFER_MADE, K.OFFER_REMINDER, K.OFFER_WITHDRAWN, K.LOGIN_CODE})
"""All other kinds go to clients, and a company may write their texts itself."""

AT_ANY_HOUR = frozenset({K.ON_MY_WAY, K.WORKER_NOT_COMING, K.VISIT_REMINDED})
"""Somebody is waiting for it."""

AT_ANY_HOUR_IF_TODAY = frozenset({K.VISIT_CANCELED, K.VISIT_FAILED, K.VISIT_MOVED, K.OTHER_WORKER_COMES})
"""It goes at any hour if it is about today: the client would wait in vain."""
