"""Decisions about visits: values in, values out, no clock and no database."""

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from app.orders.api import JobStatus

ONE_BURST = timedelta(minutes=2)
"""When a phone has network again, it sends everything it has kept within this time."""


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
"""Every move a visit can make. `accepted -> on_site`: the worker forgot to say that he had left."""

AHEAD = frozenset({S.PLANNED, S.OFFERED, S.ACCEPTED})
"""Nobody has set out."""
AT_WORK = frozenset({S.ON_SITE, S.IN_PROGRESS, S.PAUSED})
"""The worker is there."""
UNDER_WAY = AT_WORK | {S.EN_ROUTE}
HELD_BY_WORKER = UNDER_WAY | {S.ACCEPTED}
"""He has accepted it, and it is not over."""
FINISHED = frozenset(status for status, following in MOVES.items() if not following)
DONE = frozenset({S.COMPLETED, S.PARTIALLY_COMPLETED})
REPORTED = DONE | {S.NOT_COMPLETED}
"""The worker has said how it ended. A canceled visit is over too, but nobody reports on it."""
EVER_HELD = HELD_BY_WORKER | REPORTED
"""He has accepted it, whatever became of it."""
LEFT_TO_DO = FINISHED - {S.COMPLETED}
"""Over, and the job is not done."""


class Phase(StrEnum):
    """What a status means for the client."""

    AHEAD = "ahead"
    """Somebody will come in the window."""
    ON_THE_WAY = "on_the_way"
    THERE = "there"
    """Somebody is there, or was there and has done something."""
    FAILED = "failed"
    """It is over, and nothing was done."""
    CALLED_OFF = "called_off"


def phase_of(status: str) -> Phase:
    match VisitStatus(status):
        case S.PLANNED | S.OFFERED | S.ACCEPTED:
            return Phase.AHEAD
        case S.EN_ROUTE:
            return Phase.ON_THE_WAY
        case S.NOT_COMPLETED:
            return Phase.FAILED
        case S.CANCELED:
            return Phase.CALLED_OFF
        case _:
            return Phase.THERE


def may_move(was: str, to: str) -> bool:
    return VisitStatus(to) in MOVES[VisitStatus(was)]


def job_status(visits: Iterable[str]) -> JobStatus:
    """The status of a job by its visits. The rules are those of Dynamics 365 Field Service:

    1. A visit is under way: in progress.
    2. One visit is done and another is ahead: in progress.
    3. Visits are only ahead: planned.
    4. One visit is completed, whatever happened to the others: completed.
    5. Otherwise (no visits, all canceled, only partial or failed ones): new, to be planned again.
    """
    present = {VisitStatus(status) for status in visits}
    if present & UNDER_WAY:
        return JobStatus.IN_PROGRESS
    if present & AHEAD:
        return JobStatus.IN_PROGRESS if present & DONE else JobStatus.PLANNED
    if VisitStatus.COMPLETED in present:
        return JobStatus.COMPLETED
    return JobStatus.NEW
