from typing import Annotated, Self

import msgspec

from app.dispatch.confirmation.models import ConfirmationSettings
from app.dispatch.confirmation.policies import Rules
from app.http.schemas import Out, Patch

Clock = Annotated[str, msgspec.Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$", examples=["17:00"])]
AnswerWithin = Annotated[int, msgspec.Meta(ge=15, le=1440, description="Minutes")]
EscalateAfter = Annotated[int, msgspec.Meta(ge=5, le=1440, description="Minutes")]
RemindBefore = Annotated[int, msgspec.Meta(ge=0, le=1440, description="Minutes; 0: nobody is reminded")]
Moves = Annotated[int, msgspec.Meta(ge=0, le=20)]
MoveUntil = Annotated[int, msgspec.Meta(ge=0, le=10_080, description="Minutes")]
CancelAfter = Annotated[int, msgspec.Meta(ge=0, le=240, description="Minutes")]


class ChangeConfirmationSettings(Patch):
    asks: bool | msgspec.UnsetType = msgspec.UNSET
    """Clients are asked on the day before whether the visit suits them."""
    ask_at: Clock | msgspec.UnsetType = msgspec.UNSET
    """When, by the clocks of the site."""
    answer_within_min: AnswerWithin | msgspec.UnsetType = msgspec.UNSET
    """Without an answer for so long, the dispatcher is asked to call. It runs from 8:00 to 21:30."""
    escalate_after_min: EscalateAfter | msgspec.UnsetType = msgspec.UNSET
    """If a new client is not called for so long, the supervisor is told."""
    remind_before_min: RemindBefore | msgspec.UnsetType = msgspec.UNSET
    """Clients are reminded so long before the window."""
    names_late: bool | msgspec.UnsetType = msgspec.UNSET
    """One more SMS says who comes, as soon as somebody has accepted. Otherwise the next one says it."""
    client_moves: Moves | msgspec.UnsetType = msgspec.UNSET
    """How often a client may move one visit himself."""
    move_until_min: MoveUntil | msgspec.UnsetType = msgspec.UNSET
    """He may move it until so long before its window."""
    cancel_after_min: CancelAfter | msgspec.UnsetType = msgspec.UNSET
    """«No» by SMS cancels the visit after so long, unless he writes something else meanwhile."""


class ConfirmationSettingsOut(Out):
    asks: bool
    ask_at: str
    answer_within_min: int
    escalate_after_min: int
    remind_before_min: int
    names_late: bool
    client_moves: int
    move_until_min: int
    cancel_after_min: int
    version: int
    """0 as long as nothing was set."""

    @classmethod
    def of(cls, settings: ConfirmationSettings | None) -> Self:
        if settings is None:
            return cls(**Rules()._asdict(), version=0)
        values = {name: getattr(settings, name) for name in Rules._fields}
        return cls(**values, version=settings.row_version)
