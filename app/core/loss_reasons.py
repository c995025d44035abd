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
