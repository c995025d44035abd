"""The escalation of an offer nobody answers, step by step: moments in, moments out."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from app.orders.api import Action


class Step(NamedTuple):
    due_at: datetime
    action: Action


def plan_ladder(steps: Sequence[dict[str, Any]], *, offered_at: datetime, accept_by: datetime) -> list[Step]:
    """The moments of a ladder whose `at` counts acceptance windows since the first offer.

    Steps due at the same moment keep the order they are configured in.
    """
    window = accept_by - offered_at
    planned = [Step(offered_at + window * float(step["at"]), Action(step["action"])) for step in steps]
    return sorted(planned, key=lambda step: step.due_at)


def put_off_rest(ladder: Sequence[Step], ladder_next: int, *, reoffered_at: datetime) -> list[Step]:
    """The ladder when the step before `ladder_next` has asked somebody else at `reoffered_at`.

    What follows counts from that offer: when it was made later than planned (the background process was
    away) the rest is as much later, so that whoever is asked has the time he was meant to have.
    """
    late_by = reoffered_at - ladder[ladder_next - 1].due_at
    rest = [Step(step.due_at + late_by, step.action) for step in ladder[ladder_next:]]
    return [*ladder[:ladder_next], *rest]


def next_escalation(
    ladder: Sequence[Step], ladder_next: int, *, accept_by: datetime | None
) -> datetime | None:
    """When the background process must look at the visit: the next step, or the end of its offer."""
    moments = [step.due_at for step in ladder[ladder_next : ladder_next + 1]]
    if accept_by is not None:
        moments.append(accept_by)
    return min(moments, default=None)


def is_told_later(ladder: Sequence[Step], ladder_next: int) -> bool:
    """Whether a later step speaks of the unanswered offer anyway, so that its end needs no word of its own."""
    return any(
        step.action in (Action.REOFFER_NEXT, Action.NOTIFY_DISPATCHER) for step in ladder[ladder_next:]
    )


def find_supervisor_step(ladder: Sequence[Step], ladder_next: int) -> int | None:
    """The step that tells the supervisor before anybody else is asked again."""
    for at, step in enumerate(ladder[ladder_next:], ladder_next):
        match step.action:
            case Action.NOTIFY_SUPERVISOR:
                return at
            case Action.REOFFER_NEXT:
                return None
    return None


def from_json(ladder: Sequence[dict[str, Any]]) -> list[Step]:
    """As `visit.ladder` keeps it."""
    return [Step(datetime.fromisoformat(step["due_at"]), Action(step["action"])) for step in ladder]


def as_json(ladder: Sequence[Step]) -> list[dict[str, Any]]:
    return [{"due_at": step.due_at.isoformat(), "action": step.action} for step in ladder]
