"""How a worker moves his visit on. Each decision either refuses or returns what must be written."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from app.contracts.dispatch import VisitProgressed
from app.core.changes import Change
from app.dispatch.presence.policies import settle_clashes
from app.dispatch.staffing.policies import settle_fit
from app.dispatch.visits.commands import Command
from app.dispatch.visits.policies import FINISHED, VisitStatus
from app.dispatch.visits.states import (
    Outcome,
    VisitMoveRefused,
    VisitState,
    changed,
    check_move,
    entry,
)
from app.workforce.api import free_rest


class Step(StrEnum):
    """A tap that leads to the same status as another one."""

    STARTED = "started"
    RESUMED = "resumed"


COMES_FROM = {Step.STARTED: VisitStatus.ON_SITE, Step.RESUMED: VisitStatus.PAUSED}

STAMPS = {
    VisitStatus.EN_ROUTE: "departed_at",
    VisitStatus.ON_SITE: "arrived_at",
    VisitStatus.IN_PROGRESS: "started_at",
    VisitStatus.COMPLETED: "finished_at",
    VisitStatus.PARTIALLY_COMPLETED: "finished_at",
    VisitStatus.NOT_COMPLETED: "finished_at",
}
"""Column with the time when the visit first got this status."""
STAMPS_IN_ORDER = ("accepted_at", "departed_at", "arrived_at", "started_at", "finished_at")


def not_before_earlier_stamps(visit: VisitState, happened_at: datetime, stamp: str) -> datetime:
    """The time of a stamp that cannot be earlier than the stamps before it.

    A phone can have its clock set between two taps, or send one of them without `sent_at`. Then its times
    say that somebody finished before he began. Such a time is moved up to the latest earlier stamp. The
    history keeps what the phone said.
    """
    before = [getattr(visit, name) for name in STAMPS_IN_ORDER[: STAMPS_IN_ORDER.index(stamp)]]
    earlier: list[datetime] = [one for one in before if one is not None]
    return max([happened_at, *earlier])


def progress(
    visit: VisitState,
    to: VisitStatus,
    *,
    by: UUID,
    command: Command,
    reason: str | None,
    expected_at: datetime | None = None,
    now: datetime,
    step: Step | None = None,
    noted: Mapping[str, Any] | None = None,
) -> Outcome:
    """Move the visit to another status. A move to its present status changes nothing.

    Pass `step` when the status alone does not say what was tapped: a start and a resumption lead to the same.
    `noted` is kept in the history.

    Raises:
        VisitMoveRefused: the visit cannot get from its status to this one.
    """
    if visit.status == to:
        return Outcome(visit)
    if step is not None and visit.status != COMES_FROM[step]:
        raise VisitMoveRefused(was=visit.status, to=step)
    check_move(visit, to)
    happened_at = command.happened_at(now)
    payload = ({"reason": reason} if reason else {}) | dict(noted or {})
    becomes: dict[str, Any] = {"status": to, "status_reason": reason}
    if (stamp := STAMPS.get(to)) and getattr(visit, stamp) is None:
        stamped_at = not_before_earlier_stamps(visit, happened_at, stamp)
        if stamped_at != happened_at:
            payload["stamped_at"] = stamped_at.isoformat()
        becomes |= {stamp: stamped_at}
        happened_at = stamped_at
    if expected_at is not None:
        becomes |= {"expected_at": expected_at}
    freed: list[Change] = []
    if to in FINISHED:
        freed += [
            *free_rest(visit.time, since=happened_at),
            settle_clashes(visit.id, now=now),
            settle_fit(visit.id, now=now),
        ]
    return changed(
        visit,
        *freed,
        entry(visit.id, to, by=by, command=command, now=now, payload=payload),
        news=[VisitProgressed(visit_id=visit.id, worker_id=by, status=to, occurred_at=happened_at)],
        now=now,
        **becomes,
    )
