"""How a worker's visit goes on: facts in; a refusal, or what is to be written, out."""

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
"""When it first came there."""


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
    """The worker moves his visit on. The same command, or a move to where it already is, changes nothing.

    Raises:
        VisitMoveRefused: the state machine has no such move.
        CommandReused: the command id came before with something else.
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
        entry(visit, to, by=by, command=command, now=now, payload=payload),
        news=[VisitProgressed(visit_id=visit.id, worker_id=by, status=to, occurred_at=happened_at)],
        **becomes,
    )
