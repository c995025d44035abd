"""Decisions about visits: values in, values out, no clock and no database."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from app.orders.job_types.policies import Action

ACCEPT_WITHIN_MIN = timedelta(seconds=30)
ONE_BURST = timedelta(minutes=2)
"""A phone that has network again sends all it has kept within this time."""


class VisitStatus(StrEnum):
    PLANNED = "planned"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    EN_ROUTE = "en_route"
    ON_SITE = "on_site"
    IN_PROGRESS = "in_progress"
    PAUSED = "paused"
    COMPLETED = "completed"
    PARTIALLY_COMPLETED = "partially_completed"
    NOT_COMPLETED = "not_completed"
    CANCELED = "canceled"


S = VisitStatus

MOVES: dict[VisitStatus, frozenset[VisitStatus]] = {
    S.PLANNED: frozenset({S.OFFERED, S.CANCELED}),
    S.OFFERED: frozenset({S.ACCEPTED, S.PLANNED, S.CANCELED}),
    S.ACCEPTED: frozenset({S.EN_ROUTE, S.ON_SITE, S.PLANNED, S.NOT_COMPLETED, S.CANCELED}),
    S.EN_ROUTE: frozenset({S.ON_SITE, S.PLANNED, S.NOT_COMPLETED, S.CANCELED}),
    S.ON_SITE: frozenset({S.IN_PROGRESS, S.NOT_COMPLETED}),
    S.IN_PROGRESS: frozenset({S.PAUSED, S.COMPLETED, S.PARTIALLY_COMPLETED, S.NOT_COMPLETED}),
    S.PAUSED: frozenset({S.IN_PROGRESS, S.NOT_COMPLETED}),
    S.COMPLETED: frozenset(),
    S.PARTIALLY_COMPLETED: frozenset(),
    S.NOT_COMPLETED: frozenset(),
    S.CANCELED: frozenset(),
}
"""The whole state machine. `accepted -> on_site` is a worker who forgot to say that he left."""

FINISHED = frozenset(status for status, following in MOVES.items() if not following)
HELD_BY_WORKER = frozenset({S.ACCEPTED, S.EN_ROUTE, S.ON_SITE, S.IN_PROGRESS, S.PAUSED})


def may_move(was: str, to: str) -> bool:
    return VisitStatus(to) in MOVES[VisitStatus(was)]


def acceptance_deadline(*, offered_at: datetime, starts_at: datetime, accept_within: timedelta) -> datetime:
    """When an unanswered offer ends (aware datetime).

    A visit that starts sooner than the usual wait gets half of the time that is left, but not less
    than half a minute, unless less was asked for: nobody can answer a phone faster.
    """
    half_of_what_is_left = (starts_at - offered_at) / 2
    return offered_at + min(accept_within, max(half_of_what_is_left, ACCEPT_WITHIN_MIN))


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


def is_spoken_of_later(ladder: Sequence[Step], ladder_next: int) -> bool:
    """Whether a later step speaks of the unanswered offer anyway, so that its end needs no word of its own."""
    return any(
        step.action in (Action.REOFFER_NEXT, Action.NOTIFY_DISPATCHER) for step in ladder[ladder_next:]
    )


def find_word_to_supervisor(ladder: Sequence[Step], ladder_next: int) -> int | None:
    """The step that tells the supervisor before anybody else is asked again."""
    for at, step in enumerate(ladder[ladder_next:], ladder_next):
        match step.action:
            case Action.NOTIFY_SUPERVISOR:
                return at
            case Action.REOFFER_NEXT:
                return None
    return None


def is_next_asked(ladder: Sequence[Step], ladder_next: int, *, now: datetime) -> bool:
    """Whether a step that is due asks somebody else."""
    return any(step.action == Action.REOFFER_NEXT and step.due_at <= now for step in ladder[ladder_next:])
