"""What the law calls a message, and which one goes first. Both belong to its template."""

from enum import StrEnum


class LegalClass(StrEnum):
    """38-FZ asks for consent to advertising alone. One advertising sentence makes the whole message marketing."""

    SERVICE = "service"
    """About something that was ordered: a booking, a reminder, an act. Needs no consent."""
    FEEDBACK = "feedback"
    """A question how it was. It promotes nothing, and stops when the client wants none."""
    MARKETING = "marketing"
    """Needs a consent that was given before."""


class Priority(StrEnum):
    """Which of several messages to one household goes first. The first is the most important."""

    SERVICE = "service"
    RECOVERY = "recovery"
    """To somebody who was disappointed."""
    FEEDBACK = "feedback"
    DUE_INVITE = "due_invite"
    BIRTHDAY = "birthday"
    CROSS_SELL = "cross_sell"
    PROMO = "promo"

    @property
    def rank(self) -> int:
        """0 goes first."""
        return list(Priority).index(self)


PRIORITIES: dict[LegalClass, tuple[Priority, ...]] = {
    LegalClass.SERVICE: (Priority.SERVICE, Priority.RECOVERY),
    LegalClass.FEEDBACK: (Priority.FEEDBACK, Priority.RECOVERY),
    LegalClass.MARKETING: (Priority.DUE_INVITE, Priority.BIRTHDAY, Priority.CROSS_SELL, Priority.PROMO),
}
"""What a template of each class may have. The first is taken when none is named."""
