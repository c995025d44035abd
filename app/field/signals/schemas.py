from typing import Annotated

from msgspec import Meta

from app.field.schemas import FieldCommand
from app.tracking.api import SignalChoice


class AnswerSignal(FieldCommand, kw_only=True):
    """What the stop was, in the worker's words."""

    choice: SignalChoice
    """errand (for the company), waiting, meal, vehicle, private, not_there (the positions are wrong), other."""
    comment: Annotated[str, Meta(max_length=1000)] = ""
    """Needed with `other`."""
