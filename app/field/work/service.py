"""The commands of a worker's visit, from the answer to the offer to its end."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from app.core.errors import Invalid
from app.core.places import Place
from app.core.scope import Scope
from app.db.work import Work
from app.dispatch import api as dispatch
from app.dispatch.api import Command, Step, VisitState, VisitStatus
from app.field.work import policies, queries
from app.field.work.proofs import check_proofs
from app.orders.api import ProofStage
from app.workforce.api import fault_of_place


class CommentNeeded(Invalid):
    """The chosen reason needs a comment."""

    code = "comment_needed"


def _checked_reason(reason: str, comment: str) -> str:
    """Reason and comment as they are stored.

    Raises:
        CommentNeeded: the reason `other` without a comment.
    """
    if policies.lacks_comment(reason, comment):
        raise CommentNeeded(errors=[{"path": "comment", "code": "comment_needed"}])
    return policies.reason_with_comment(reason, comment) or reason


async def accept(work: Work, scope: Scope, *, visit_id: UUID, command: Command, now: datetime) -> VisitState:
    """The worker accepts the visit.

    Raises:
        VisitNotFound, OfferExpiredAlready, OfferTaken, OfferClosed: see `accept_offer`.
    """
    return await dispatch.accept_offer(work, scope, visit_id=visit_id, command=command, now=now)


async def decline(
    work: Work,
    scope: Scope,
    *,
    visit_id: UUID,
    reason: str,
    comment: str,
    command: Command,
    now: datetime,
) -> VisitState:
    """The worker declines the visit.

    Raises:
        CommentNeeded: `other` without a comment.
        VisitNotFound, OfferExpiredAlready, OfferTaken, OfferClosed: see `decline_offer`.
    """
    said = _checked_reason(reason, comment)
    return await dispatch.decline_offer(work, scope, visit_id=visit_id, reason=said, command=command, now=now)


async def depart(
    work: Work,
    scope: Scope,
    *,
    visit_id: UUID,
    command: Command,
    eta: timedelta | None,
    now: datetime,
) -> VisitState:
    """The worker leaves for the client. The sweep of the telling sends the client one SMS with the expected time.

    If he must have arrived by now (the phone had no network), nobody is told.

    Raises:
        VisitNotFound, VisitMoveRefused: as for any move.
    """
    facts = await dispatch.lock_for_progress(work, scope, visit_id)
    expected_at = None
    if facts.visit.status == VisitStatus.ACCEPTED:
        expected_at = await _expected_arrival(work, scope, facts.visit, command=command, eta=eta, now=now)
    return await dispatch.progress_visit(
        work, scope, facts, to=VisitStatus.EN_ROUTE, command=command, now=now, expected_at=expected_at
    )


async def _progress(
    work: Work,
    scope: Scope,
    visit_id: UUID,
    to: VisitStatus,
    *,
    command: Command,
    now: datetime,
    reason: str | None = None,
    step: Step | None = None,
) -> VisitState:
    facts = await dispatch.lock_for_progress(work, scope, visit_id)
    return await dispatch.progress_visit(
        work, scope, facts, to=to, command=command, now=now, reason=reason, step=step
    )


async def _expected_arrival(
    work: Work,
    scope: Scope,
    visit: VisitState,
    *,
    command: Command,
    eta: timedelta | None,
    now: datetime,
) -> datetime:
    """When the worker will arrive, by the server's clock.

    1. If the phone says when it sends, its clock can be corrected.
    2. Otherwise its earlier commands for this visit (usually the acceptance) show how wrong its clock is.
    3. Otherwise its clock is believed. But if he must have arrived by that clock, and he left less than an
       hour ago, the clock is taken for slow: he has left just now. If he has arrived after all, that command
       waits in the same phone, and the client is told nothing.
    """
    there = await work.one(queries.SITE_OF_JOB, job=visit.job_id)
    assert there is not None  # noqa: S101  # a job has its site: foreign key
    arrival = partial(
        policies.expected_arrival,
        eta=eta,
        here=_known_place(command),
        there=there,
        window_starts_at=visit.window_starts_at,
    )
    departed_at, is_sure = await _departure_time(work, scope, visit, command, now=now)
    expected = arrival(departed_at=departed_at)
    if expected <= now and not is_sure and now - departed_at < policies.CLOCK_MAY_BE_SLOW_BY:
        return arrival(departed_at=now)
    return expected


def _known_place(command: Command) -> Place | None:
    """Where he left, unless the phone cannot know it."""
    point = command.point
    return None if point is None or fault_of_place(point, command.accuracy_m) else point


async def _departure_time(
    work: Work, scope: Scope, visit: VisitState, command: Command, *, now: datetime
) -> tuple[datetime, bool]:
    """When the worker left, and whether that is certain. It is not if only an unchecked clock says so."""
    if command.corrected_at(now) is None:
        slow_by = await dispatch.find_clock_error(work, scope, visit.id, command, now=now)
        if slow_by is not None:
            return command.occurred_at + slow_by, True
    return command.happened_at(now), command.corrected_at(now) is not None


async def arrive(work: Work, scope: Scope, *, visit_id: UUID, command: Command, now: datetime) -> VisitState:
    """The worker has arrived.

    Raises:
        VisitNotFound, VisitMoveRefused: as for any move.
    """
    return await _progress(work, scope, visit_id, VisitStatus.ON_SITE, command=command, now=now)


async def start(work: Work, scope: Scope, *, visit_id: UUID, command: Command, now: datetime) -> VisitState:
    """The worker begins to work. After a pause he resumes instead.

    Raises:
        ProofsMissing: what the job type requires before the work begins.
        VisitNotFound, VisitMoveRefused: as for any move.
    """
    facts = await dispatch.lock_for_progress(work, scope, visit_id)
    noted = {}
    if facts.visit.status == VisitStatus.ON_SITE:
        noted = await check_proofs(work, visit_id, ProofStage.START, command)
    to = VisitStatus.IN_PROGRESS
    return await dispatch.progress_visit(
        work, scope, facts, to=to, command=command, now=now, step=Step.STARTED, noted=noted
    )


async def resume(work: Work, scope: Scope, *, visit_id: UUID, command: Command, now: datetime) -> VisitState:
    """The worker goes on after a pause.

    Raises:
        VisitNotFound, VisitMoveRefused: as for any move.
    """
    to = VisitStatus.IN_PROGRESS
    return await _progress(work, scope, visit_id, to, command=command, now=now, step=Step.RESUMED)


async def pause(
    work: Work,
    scope: Scope,
    *,
    visit_id: UUID,
    reason: str,
    comment: str,
    command: Command,
    now: datetime,
) -> VisitState:
    """The worker pauses.

    Raises:
        CommentNeeded: the reason `other` without a comment.
        VisitNotFound, VisitMoveRefused: as for any move.
    """
    said = _checked_reason(reason, comment)
    return await _progress(work, scope, visit_id, VisitStatus.PAUSED, command=command, now=now, reason=said)


async def complete(
    work: Work,
    scope: Scope,
    *,
    visit_id: UUID,
    partially: bool,
    comment: str,
    command: Command,
    now: datetime,
) -> VisitState:
    """The work is done, or part of it. The job type says which proofs are required for which.

    Raises:
        CommentNeeded: `partially` without a comment on what is left.
        ProofsMissing: photos, forms, act … that the job type requires.
        VisitNotFound, VisitMoveRefused: as for any move.
    """
    if partially and not comment.strip():
        raise CommentNeeded(errors=[{"path": "comment", "code": "comment_needed"}])
    to = VisitStatus.PARTIALLY_COMPLETED if partially else VisitStatus.COMPLETED
    facts = await dispatch.lock_for_progress(work, scope, visit_id)
    noted = {}
    if facts.visit.status == VisitStatus.IN_PROGRESS:
        stage = ProofStage.PARTIALLY_COMPLETE if partially else ProofStage.COMPLETE
        noted = await check_proofs(work, visit_id, stage, command)
    said = policies.reason_with_comment(None, comment)
    return await dispatch.progress_visit(
        work, scope, facts, to=to, command=command, now=now, reason=said, noted=noted
    )


async def give_up(
    work: Work,
    scope: Scope,
    *,
    visit_id: UUID,
    reason: str,
    comment: str,
    command: Command,
    now: datetime,
) -> VisitState:
    """The work could not be done: nobody at home, wrong goods … The job needs another visit.

    Raises:
        CommentNeeded: the reason `other` without a comment.
        VisitNotFound, VisitMoveRefused: as for any move.
    """
    said = _checked_reason(reason, comment)
    return await _progress(
        work, scope, visit_id, VisitStatus.NOT_COMPLETED, command=command, now=now, reason=said
    )
