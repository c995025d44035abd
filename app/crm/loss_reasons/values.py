"""Why clients leave, or do not come at all: one list of reasons for everybody."""

from enum import StrEnum


class LossReason(StrEnum):
    """Why a client left, or nearly did, or why somebody who had asked did not buy."""

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


def one_of_reasons() -> str:
    """For a CHECK: the reasons, as SQL writes them."""
    return ",".join(repr(str(one)) for one in LossReason)


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
