"""The ladder of an unanswered offer: which steps there are and when each is due. Pure functions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from app.orders.api import Action


class Step(NamedTuple):
    due_at: datetime
    action: Action


def plan_ladder(steps: Sequence[dict[str, Any]], *, offered_at: datetime, accept_by: datetime) -> list[Step]:
    """When each step is due. A step's `at` is a multiple of the time to accept: 1 is at `accept_by`.

    Steps due at the same moment keep the order they are configured in.
    """
    window = accept_by - offered_at
    planned = [Step(offered_at + window * float(step["at"]), Action(step["action"])) for step in steps]
    return sorted(planned, key=lambda step: step.due_at)


def put_off_rest(ladder: Sequence[Step], ladder_next: int, *, reoffered_at: datetime) -> list[Step]:
    """The ladder after the step before `ladder_next` has asked the next candidate at `reoffered_at`.

    If that happened late (the background process was down), the later steps move by the same delay. So
    the new candidate has as much time to answer as planned.
    """
    late_by = reoffered_at - ladder[ladder_next - 1].due_at
    rest = [Step(step.due_at + late_by, step.action) for step in ladder[ladder_next:]]
    return [*ladder[:ladder_next], *rest]


def next_escalation(
    ladder: Sequence[Step], ladder_next: int, *, accept_by: datetime | None
) -> datetime | None:
    """When the background process must act: at the next step or at the end of the offer. None: never."""
    moments = [step.due_at for step in ladder[ladder_next : ladder_next + 1]]
    if accept_by is not None:
        moments.append(accept_by)
    return min(moments, default=None)


def is_told_later(ladder: Sequence[Step], ladder_next: int) -> bool:
    """Whether a later step tells the dispatcher or asks somebody else, so that nobody need be told now."""
    return any(
        step.action in (Action.REOFFER_NEXT, Action.NOTIFY_DISPATCHER) for step in ladder[ladder_next:]
    )


def find_supervisor_step(ladder: Sequence[Step], ladder_next: int) -> int | None:
    """Index of the next step that tells the supervisor. None if somebody else is asked before it."""
    for at, step in enumerate(ladder[ladder_next:], ladder_next):
        match step.action:
            case Action.NOTIFY_SUPERVISOR:
                return at
            case Action.REOFFER_NEXT:
                return None
    return None


def from_json(ladder: Sequence[dict[str, Any]]) -> list[Step]:
    """Read a ladder from `visit.ladder`."""
    return [Step(datetime.fromisoformat(step["due_at"]), Action(step["action"])) for step in ladder]


def as_json(ladder: Sequence[Step]) -> list[dict[str, Any]]:
    return [{"due_at": step.due_at.isoformat(), "action": step.action} for step in ladder]
