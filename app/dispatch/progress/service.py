"""The worker moves his visit on, from departure to its end."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from app.core.scope import Scope
from app.db.work import Work
from app.dispatch.presence.arrival import note_arrival
from app.dispatch.progress import policies
from app.dispatch.progress.policies import Step
from app.dispatch.visits.commands import Command
from app.dispatch.visits.policies import ONE_BURST, VisitStatus
from app.dispatch.visits.queries import (
    LOCK_JOB_OF_VISIT,
    LOCK_VISIT,
    SMALLEST_DELAY,
    VISIT_OF_OFFICE,
    VISIT_OF_WORKER,
    VisitFacts,
)
from app.dispatch.visits.service import carry_out, settle_job
from app.dispatch.visits.states import VisitNotFound, VisitState


async def lock_for_progress(work: Work, scope: Scope, visit_id: UUID) -> VisitFacts:
    """Read the visit and its job. Locks both rows until the transaction ends.

    Raises:
        VisitNotFound: no such visit, or not this worker's.
    """
    work.lock(LOCK_VISIT, visit_id)
    work.lock(LOCK_JOB_OF_VISIT, visit_id)
    if scope.is_office:
        facts = await work.one(VISIT_OF_OFFICE, visit=visit_id)
    else:
        facts = await work.one(VISIT_OF_WORKER, worker=scope.user_id, visit=visit_id)
    if facts is None:
        raise VisitNotFound(visit_id=visit_id)
    return facts


async def progress_visit(
    work: Work,
    scope: Scope,
    facts: VisitFacts,
    *,
    to: VisitStatus,
    command: Command,
    now: datetime,
    reason: str | None = None,
    step: Step | None = None,
    expected_at: datetime | None = None,
    noted: Mapping[str, Any] | None = None,
) -> VisitState:
    """Move a visit on. `facts` come from `lock_for_progress` in the same transaction.

    `expected_at` is when whoever departs will be there. `noted` is kept in the history.

    Raises:
        VisitMoveRefused: see `policies.progress`.
    """
    outcome = policies.progress(
        facts.visit,
        to,
        by=scope.user_id,
        command=command,
        reason=reason,
        expected_at=expected_at,
        now=now,
        step=step,
        noted=noted,
    )
    visit = carry_out(work, outcome)
    if outcome.changes:
        await settle_job(work, facts.job, visit.status)
        if visit.status == VisitStatus.ON_SITE:
            await note_arrival(work, visit, by=scope.user_id, now=now)
    return visit


async def find_clock_error(
    work: Work, scope: Scope, visit_id: UUID, command: Command, *, now: datetime
) -> timedelta | None:
    """By how much the clock of this device is slow at most (negative: fast). None: nothing to judge by.

    Every command arrives late by the error of the clock plus the time without network. So the smallest
    delay among the device's earlier commands for this visit is the best estimate. Commands of the last
    `ONE_BURST` do not count: the phone may have kept them without network together with this one.
    """
    smallest_delay = await work.one(
        SMALLEST_DELAY,
        visit=visit_id,
        actor=scope.user_id,
        device=command.device_id,
        before=now - ONE_BURST,
    )
    return None if smallest_delay is None else min(smallest_delay, now - command.occurred_at)
