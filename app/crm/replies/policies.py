"""To which question an SMS is the answer: values in, values out."""

from datetime import datetime
from enum import StrEnum

from app.dispatch.api import VisitQuestion


class Answers(StrEnum):
    """What an SMS answers."""

    VISIT = "visit"
    INVITATION = "invitation"
    QUALITY = "quality"
    """A plan has asked whether the quality satisfies him."""
    NOTHING = "nothing"
    """Nobody can tell, so a person reads it."""


def what_it_answers(
    visit: VisitQuestion | None,
    invited_at: datetime | None,
    *,
    asks_quality: bool = False,
    is_about_other: bool,
) -> Answers:
    """The last question to this number that can still be answered.

    `invited_at` is when the last invitation went there that is still open. `asks_quality`: the very last message did.

    1. Whatever went there last and is neither about a visit nor an invitation may have asked something, too.
    2. An answer about a visit that is over or canceled is kept there, and the dispatcher is told why it does nothing.
    """
    if asks_quality:
        return Answers.QUALITY
    if is_about_other:
        return Answers.NOTHING
    if visit is not None and visit.is_open and (invited_at is None or visit.asked_at > invited_at):
        return Answers.VISIT
    if invited_at is not None:
        return Answers.INVITATION
    return Answers.NOTHING if visit is None else Answers.VISIT
