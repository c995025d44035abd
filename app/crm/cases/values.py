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


class LossReason(StrEnum):
    """Why a client left, or nearly did."""

    NOT_REMINDED = "not_reminded"
    NO_NEED_NOW = "no_need_now"
    NO_NEED_EVER = "no_need_ever"
    RELOCATION = "relocation"
    FORCE_MAJEURE = "force_majeure"
    PRICE = "price"
    COMPETITOR_PRICE = "competitor_price"
    COMPETITOR_SPEED = "competitor_speed"
    COMPETITOR_QUALITY = "competitor_quality"
    COMPETITOR_RANGE = "competitor_range"
    COMPETITOR_ACQUAINTANCE = "competitor_acquaintance"
    COMPETITOR_MANUFACTURER = "competitor_manufacturer"
    QUALITY_PRODUCT = "quality_product"
    QUALITY_INSTALLATION = "quality_installation"
    QUALITY_DIRT = "quality_dirt"
    DEADLINE_MISSED = "deadline_missed"
    NO_SHOW_OR_LATE = "no_show_or_late"
    WORKER_CONDUCT = "worker_conduct"
    OFFICE_CONDUCT = "office_conduct"
    WARRANTY = "warranty"
    PAPERWORK = "paperwork"
    ONE_OFF_DISCOUNT = "one_off_discount"
    WENT_PRIVATE = "went_private"
    """He has the work done by a worker of ours, past the company."""
    DOES_IT_HIMSELF = "does_it_himself"
    WRONG_CONTACT = "wrong_contact"
    UNKNOWN = "unknown"


class ReasonClass(StrEnum):
    """Whose doing it is."""

    OURS = "ours"
    MARKET = "market"
    EXTERNAL = "external"
    """Nobody could have kept him."""
    DATA = "data"
    """The card is wrong, the client is not lost."""
    OTHER = "other"


OF_CLASS: dict[ReasonClass, tuple[LossReason, ...]] = {
    ReasonClass.OURS: (
        LossReason.QUALITY_PRODUCT,
        LossReason.QUALITY_INSTALLATION,
        LossReason.QUALITY_DIRT,
        LossReason.DEADLINE_MISSED,
        LossReason.NO_SHOW_OR_LATE,
        LossReason.WORKER_CONDUCT,
        LossReason.OFFICE_CONDUCT,
        LossReason.WARRANTY,
        LossReason.PAPERWORK,
        LossReason.WENT_PRIVATE,
    ),
    ReasonClass.MARKET: (
        LossReason.PRICE,
        LossReason.COMPETITOR_PRICE,
        LossReason.COMPETITOR_SPEED,
        LossReason.COMPETITOR_QUALITY,
        LossReason.COMPETITOR_RANGE,
        LossReason.COMPETITOR_ACQUAINTANCE,
        LossReason.COMPETITOR_MANUFACTURER,
        LossReason.ONE_OFF_DISCOUNT,
        LossReason.DOES_IT_HIMSELF,
    ),
    ReasonClass.EXTERNAL: (
        LossReason.NO_NEED_NOW,
        LossReason.NO_NEED_EVER,
        LossReason.RELOCATION,
        LossReason.FORCE_MAJEURE,
    ),
    ReasonClass.DATA: (LossReason.WRONG_CONTACT,),
    ReasonClass.OTHER: (LossReason.NOT_REMINDED, LossReason.UNKNOWN),
}
CLASS_OF: dict[LossReason, ReasonClass] = {one: kind for kind, reasons in OF_CLASS.items() for one in reasons}
NAMES_WORKER = frozenset({LossReason.WORKER_CONDUCT, LossReason.WENT_PRIVATE})
"""These reasons say which worker."""


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
