"""Cash that workers took and the office counts: values in, values out."""

from app.core.errors import DomainError


class NothingToHandOver(DomainError):
    """All cash of this worker and day has been counted."""

    code = "nothing_to_hand_over"


class CashDiffers(DomainError):
    """The money counted is not the money taken. `expected_kop` says what was taken; with a reason it is accepted."""

    code = "cash_differs"


def check_counted(*, expected_kop: int, uncounted: int, counted_kop: int, reason: str) -> None:
    """Judge what was counted. `uncounted` is the number of payments that no handover has counted.

    Raises:
        NothingToHandOver: there is neither a payment to count nor money missing.
        CashDiffers: another sum than expected, and no reason why.
    """
    if uncounted == 0 and expected_kop <= 0:
        raise NothingToHandOver
    if counted_kop != expected_kop and not reason:
        raise CashDiffers(expected_kop=expected_kop, counted_kop=counted_kop)
