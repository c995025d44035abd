"""How a worker moves his visit on. Each decision either refuses or returns what must be written."""

from datetime import datetime
from typing import Any
from uuid import UUID

from app.contracts.dispatch import VisitProgressed
from app.core.changes import Change
from app.dispatch.visits.commands import Command
from app.dispatch.visits.policies import FINISHED, VisitStatus
from app.dispatch.visits.states import Done, Outcome, VisitState, changed, check_move, entry, is_repeated
from app.workforce.api import free_rest

STAMPS = {
    VisitStatus.EN_ROUTE: "departed_at",
    VisitStatus.ON_SITE: "arrived_at",
    VisitStatus.IN_PROGRESS: "started_at",
    VisitStatus.COMPLETED: "finished_at",
    VisitStatus.PARTIALLY_COMPLETED: "finished_at",
    VisitStatus.NOT_COMPLETED: "finished_at",
}
"""Column with the time when the visit first got this status."""


def progress(
    visit: VisitState,
    done: Done | None,
    to: VisitStatus,
    *,
    by: UUID,
    command: Command,
    reason: str | None,
    now: datetime,
) -> Outcome:
    """Move the visit to another status. A repeated command, or a move to its present status, changes nothing.

    Raises:
        VisitMoveRefused: the visit cannot get from its status to this one.
        CommandReused: this command id was used for something else.
    """
    if is_repeated(visit, done, to) or visit.status == to:
        return Outcome(visit)
    check_move(visit, to)
    happened_at = command.happened_at(now)
    becomes: dict[str, Any] = {"status": to, "status_reason": reason}
    if (stamp := STAMPS.get(to)) and getattr(visit, stamp) is None:
        becomes |= {stamp: happened_at}
    freed: list[Change] = []
    if to in FINISHED:
        freed += free_rest(visit.time, since=now)
    payload = {"reason": reason} if reason else {}
    return changed(
        visit,
        *freed,
        entry(visit.id, to, by=by, command=command, now=now, payload=payload),
        news=[VisitProgressed(visit_id=visit.id, worker_id=by, status=to, occurred_at=happened_at)],
        **becomes,
    )
