"""What the board shows of the ladder of an offer. Pure functions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from app.dispatch.board.schemas import LadderStepOut
from app.dispatch.offers.ladders import Step, from_json
from app.dispatch.visits.policies import VisitStatus
from app.orders.api import Action

TOLD = {Action.NOTIFY_DISPATCHER: "dispatcher", Action.NOTIFY_SUPERVISOR: "supervisor"}
NOT_ACCEPTED = (VisitStatus.PLANNED, VisitStatus.OFFERED)


def ladder_shown(
    status: str, ladder: Sequence[dict[str, Any]], ladder_next: int
) -> tuple[list[LadderStepOut], str | None, datetime | None]:
    """The steps of the ladder, who was told that nobody accepts, and when. Nothing once somebody has accepted."""
    if not ladder or status not in NOT_ACCEPTED:
        return [], None, None
    steps = from_json(ladder)
    shown = [LadderStepOut(step.due_at, step.action, at < ladder_next) for at, step in enumerate(steps)]
    return shown, *_escalated(steps[:ladder_next])


def _escalated(done: Sequence[Step]) -> tuple[str | None, datetime | None]:
    told = [step for step in done if step.action in TOLD]
    return (TOLD[told[-1].action], told[-1].due_at) if told else (None, None)
