"""When a reason of the list may be given: values in, values out."""

from app.core.errors import DomainError
from app.crm.loss_reasons.values import LossReason


class LossReasonWithoutRefusal(DomainError):
    """A reason of loss says why a client refused, and he has not."""

    status = 422
    code = "loss_reason_without_refusal"


def check_refused(loss_reason: LossReason | None, *, is_refused: bool) -> None:
    """Refuse a reason of loss for anything but a refusal.

    Raises:
        LossReasonWithoutRefusal: see there.
    """
    if loss_reason is not None and not is_refused:
        raise LossReasonWithoutRefusal
