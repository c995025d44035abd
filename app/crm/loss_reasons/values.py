"""Whose doing each reason of a loss is."""

from enum import StrEnum

from app.core.loss_reasons import LossReason, one_of_reasons

__all__ = ["CLASS_OF", "NAMES_WORKER", "OF_CLASS", "LossReason", "ReasonClass", "one_of_reasons"]


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
