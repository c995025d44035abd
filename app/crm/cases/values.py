"""The words of a recovery case."""

from enum import StrEnum


class CaseStatus(StrEnum):
    OPEN = "open"
    RECOVERED = "recovered"
    """The client has confirmed that it is settled."""
    NOT_RECOVERED = "not_recovered"
    """We did what we could, and he is still disappointed."""
    GIVEN_UP = "given_up"
    """Nobody tries any more: as many attempts as the company makes had no success, or a supervisor decided so."""


class Step(StrEnum):
    """What has to be done next. They come in this order."""

    EVIDENCE = "evidence"
    """The owner looks at what happened, before he speaks with the client."""
    MONEY = "money"
    """What the client brings, and how much may be spent on him."""
    CONTACT = "contact"
    VERIFY = "verify"
    """Whether the reason that he states is the true one."""
    ACTION = "action"
    CONFIRM = "confirm"
    """He says that it is settled."""
    PREVENT = "prevent"
    """It must not happen again."""


class Contacted(StrEnum):
    """What came of an attempt to speak with the client."""

    REACHED = "reached"
    REFUSED = "refused"
    """He does not want to speak with us."""
    NOT_REACHED = "not_reached"
    """He answered none of our calls."""


class ActionKind(StrEnum):
    """What can be done to win a client back."""

    APOLOGY = "apology"
    """By the head of the company."""
    REWORK = "rework"
    OTHER_CREW = "other_crew"
    OTHER_MANAGER = "other_manager"
    REFUND = "refund"
    DISCOUNT = "discount"
    BONUS = "bonus"
    GIFT = "gift"


class ActionDecision(StrEnum):
    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
