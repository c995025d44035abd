"""The ladder of an unanswered offer: which steps there are and when each is due. Pure functions."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

from app.core.hours import Span, add_working_time, working_time
from app.orders.api import Action


class Step(NamedTuple):
    due_at: datetime
    action: Action
    at: float | None = None
    """As configured, in times to accept. None: planned before this was kept."""


def plan_ladder(
    steps: Sequence[dict[str, Any]],
    *,
    offered_at: datetime,
    accept_by: datetime,
    hours: Sequence[Span] | None = None,
) -> list[Step]:
    """When each step is due. A step's `at` is a multiple of the time to accept: 1 is at `accept_by`.

    With `hours` only the time in them counts. Steps due at the same moment keep the order they are configured in.
    """
    planned = []
    for step in steps:
        at = float(step["at"])
        due_at = _times_later(at, offered_at=offered_at, accept_by=accept_by, hours=hours)
        planned.append(Step(due_at, Action(step["action"]), at))
    return sorted(planned, key=lambda step: step.due_at)


def _times_later(
    times: float, *, offered_at: datetime, accept_by: datetime, hours: Sequence[Span] | None
) -> datetime:
    """The moment so many times to accept after the offer."""
    if hours is None:
        return offered_at + (accept_by - offered_at) * times
    window = working_time(offered_at, accept_by, hours)
    if not window:  # the time to accept runs by the clock, because there are no hours before the visit
        return offered_at + (accept_by - offered_at) * times
    return add_working_time(offered_at, window * times, hours)


def put_off_rest(
    ladder: Sequence[Step],
    ladder_next: int,
    *,
    reoffered_at: datetime,
    accept_by: datetime,
    hours: Sequence[Span] | None = None,
) -> list[Step]:
    """The ladder after the step before `ladder_next` has asked the next candidate at `reoffered_at`.

    If that happened late (the background process was down), the later steps move by the same delay. So
    the new candidate has as much time to answer as planned. With `hours` of this candidate, whose time to
    answer ends at `accept_by`, the later steps are planned anew in them.
    """
    done = ladder[ladder_next - 1]
    rest = ladder[ladder_next:]
    if hours is not None and done.at is not None and all(step.at is not None for step in rest):
        anew = [
            step._replace(
                due_at=_times_later(
                    (step.at or 0) - done.at, offered_at=reoffered_at, accept_by=accept_by, hours=hours
                )
            )
            for step in rest
        ]
        return [*ladder[:ladder_next], *anew]
    late_by = reoffered_at - done.due_at
    return [*ladder[:ladder_next], *(step._replace(due_at=step.due_at + late_by) for step in rest)]


def bring_forward(ladder: Sequence[Step], ladder_next: int, *, now: datetime) -> list[Step]:
    """The ladder of a visit whose offer was taken from somebody who cannot come any more.

    The step that asks the next candidate is due now, and what comes after it as much later as planned. Steps
    before it fall away: they remind somebody who is not asked any more. Without such a step nothing changes.
    """
    for at, step in enumerate(ladder[ladder_next:], ladder_next):
        if step.action == Action.REOFFER_NEXT:
            sooner = step.due_at - now
            rest = [one._replace(due_at=one.due_at - sooner) for one in ladder[at:]]
            return [*ladder[:ladder_next], *rest]
    return list(ladder)


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
    return [
        Step(datetime.fromisoformat(step["due_at"]), Action(step["action"]), step.get("at"))
        for step in ladder
    ]


def as_json(ladder: Sequence[Step]) -> list[dict[str, Any]]:
    return [{"due_at": step.due_at.isoformat(), "action": step.action, "at": step.at} for step in ladder]
