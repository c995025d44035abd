"""What a worker does on his way through a visit, tap by tap."""

from datetime import datetime, timedelta
from functools import partial
from uuid import UUID

from app.clients import api as clients
from app.core.errors import DomainError, Invalid
from app.core.scope import Scope
from app.db.session import Session
from app.dispatch import api as dispatch
from app.dispatch.api import Command, Visit, VisitStatus
from app.field.attachments.queries import count_stored
from app.field.checklists.queries import get_last_answer
from app.field.queries import Task, count_signed_acts
from app.field.visits import get_task
from app.field.work import policies
from app.field.work.policies import Place, Proof, ProofState
from app.identity import api as identity
from app.notifications import api as notifications
from app.notifications.api import MessageKind
from app.orders.measurements.queries import count_sheets

NOT_AFTER = timedelta(minutes=30)
"""A word that he is coming is of no use later."""


class CommentNeeded(Invalid):
    """The chosen reason explains nothing by itself."""

    code = "comment_needed"


class ProofsMissing(DomainError):
    """Something the job type asks for is not there; `proofs` names what, `missing` how many there are."""

    code = "proofs_missing"


def check_comment(reason: str | None, comment: str) -> None:
    """
    Raises:
        CommentNeeded: `other` without words.
    """
    if policies.lacks_comment(reason, comment):
        raise CommentNeeded(errors=[{"path": "comment", "code": "comment_needed"}])


async def depart(
    session: Session,
    scope: Scope,
    *,
    visit_id: UUID,
    command: Command,
    eta: timedelta | None,
    now: datetime,
) -> Visit:
    """The worker leaves for the client, who gets one SMS of it, in the same transaction, and never another;
    of a client without a phone the dispatcher hears.

    If the visit was taken back and somebody else leaves for it, that is another departure.

    Raises:
        VisitNotFound, VisitMoveRefused, CommandReused: as for any move.
    """
    visit = await dispatch.progress_visit(
        session, scope, visit_id=visit_id, to=VisitStatus.EN_ROUTE, command=command, now=now
    )
    if visit.status == VisitStatus.EN_ROUTE:  # a repeated tap may find him arrived
        await _tell_client(session, scope, visit, command=command, eta=eta, now=now)
    return visit


async def _tell_client(
    session: Session,
    scope: Scope,
    visit: Visit,
    *,
    command: Command,
    eta: timedelta | None,
    now: datetime,
) -> None:
    """Where no SMS can go the dispatcher is asked to find another way. Nothing is said when he must be
    there already: the phone had no network."""
    job = await dispatch.get_job(session, scope, visit.job_id)
    contact = await clients.contact_of(session, scope.company_id, job.client_id)
    worker = await identity.get_user(session, scope.company_id, scope.user_id)
    company = await identity.get_company(session, scope.company_id)
    site = await clients.site_point(session, scope.company_id, job.site_id)
    expected = await _arrival(session, scope, visit, command=command, eta=eta, there=Place(*site), now=now)
    if worker is None or company is None or expected <= now:
        return
    departure = visit.departed_at.isoformat() if visit.departed_at else ""
    if contact.phone is None:
        await dispatch.add_inbox_item(
            session,
            scope.company_id,
            audience="dispatcher",
            kind="client_without_phone",
            subject_kind="visit",
            subject_id=visit.id,
            occurrence=departure,
            params={"worker": worker.name, "expected_at": expected.isoformat()},
        )
        return
    await notifications.plan_message(
        session,
        company_id=scope.company_id,
        kind=MessageKind.ON_MY_WAY,
        audience="client",
        recipient_id=job.client_id,
        phone=contact.phone,
        lang=contact.lang,
        subject_kind="visit",
        subject_id=visit.id,
        occurrence=departure,
        params={
            "worker": worker.name.split()[0],
            "expected": notifications.format_time(expected, timezone=company.timezone),
        },
        now=now,
        not_after=min(now + NOT_AFTER, expected),
    )


async def _arrival(
    session: Session,
    scope: Scope,
    visit: Visit,
    *,
    command: Command,
    eta: timedelta | None,
    there: Place,
    now: datetime,
) -> datetime:
    """When he will be there, by our clock, which a phone that says when it sends lets us use. Of one that
    does not:

    1. What it sent about this visit before (his acceptance, as a rule) tells how wrong its clock is.
    2. A phone of which nothing is known is believed. Only when he must be there already by its clock,
       and by less than an hour, it is taken for slow and he has left just now: an arrival that waits
       in the same phone takes the word back before it leaves.
    """
    arrival = partial(
        policies.expected_arrival,
        eta=eta,
        here=Place(lat=command.point[1], lon=command.point[0]) if command.point else None,
        there=there,
        window_starts_at=visit.window_starts_at,
    )
    departed_at, is_sure = await _departure(session, scope, visit, command, now=now)
    expected = arrival(departed_at=departed_at)
    if expected <= now and not is_sure and now - departed_at < policies.CLOCK_MAY_BE_SLOW_BY:
        return arrival(departed_at=now)
    return expected


async def _departure(
    session: Session, scope: Scope, visit: Visit, command: Command, *, now: datetime
) -> tuple[datetime, bool]:
    """When he left, and whether that is more than what a clock of which nothing is known says."""
    if command.corrected_at(now) is None:
        slow_by = await dispatch.find_clock_error(session, scope, visit, command, now=now)
        if slow_by is not None:
            return command.occurred_at + slow_by, True
    return command.happened_at(now), command.corrected_at(now) is not None


async def arrive(session: Session, scope: Scope, *, visit_id: UUID, command: Command, now: datetime) -> Visit:
    """He is there: a word that he is coming, should it still wait, is not sent any more.

    Raises:
        VisitNotFound, VisitMoveRefused, CommandReused: as for any move.
    """
    visit = await dispatch.progress_visit(
        session, scope, visit_id=visit_id, to=VisitStatus.ON_SITE, command=command, now=now
    )
    await _unsay_on_my_way(session, scope, visit_id, reason="arrived")
    return visit


async def _unsay_on_my_way(session: Session, scope: Scope, visit_id: UUID, *, reason: str) -> None:
    await notifications.cancel_messages(
        session,
        company_id=scope.company_id,
        subject_kind="visit",
        subject_id=visit_id,
        kinds=[MessageKind.ON_MY_WAY],
        reason=reason,
    )


async def pause(
    session: Session,
    scope: Scope,
    *,
    visit_id: UUID,
    reason: str,
    comment: str,
    command: Command,
    now: datetime,
) -> Visit:
    """
    Raises:
        CommentNeeded: `other` without words.
        VisitNotFound, VisitMoveRefused, CommandReused: as for any move.
    """
    check_comment(reason, comment)
    return await dispatch.progress_visit(
        session,
        scope,
        visit_id=visit_id,
        to=VisitStatus.PAUSED,
        command=command,
        now=now,
        reason=policies.said_reason(reason, comment),
    )


async def complete(
    session: Session,
    scope: Scope,
    *,
    visit_id: UUID,
    partially: bool,
    comment: str,
    command: Command,
    now: datetime,
) -> Visit:
    """The work is done, or as much of it as could be.

    Raises:
        CommentNeeded: nobody says what is left.
        ProofsMissing: photos, checklist, act … that the job type asks for.
        VisitNotFound, VisitMoveRefused, CommandReused: as for any move.
    """
    if partially and not comment.strip():
        raise CommentNeeded(errors=[{"path": "comment", "code": "comment_needed"}])
    to = VisitStatus.PARTIALLY_COMPLETED if partially else VisitStatus.COMPLETED
    visit = await dispatch.lock_visit(session, scope, visit_id)
    if visit.status == VisitStatus.IN_PROGRESS and not partially:
        await _check_proofs(session, scope, visit_id)
    return await dispatch.progress_visit(
        session,
        scope,
        visit_id=visit_id,
        to=to,
        command=command,
        now=now,
        reason=policies.said_reason(None, comment),
    )


async def _check_proofs(session: Session, scope: Scope, visit_id: UUID) -> None:
    task = await get_task(session, scope, visit_id)
    missing = [state for state in await find_proofs(session, scope, task) if state.is_missing]
    if missing:
        raise ProofsMissing(
            proofs=[str(state.proof) for state in missing],
            missing=[
                {"proof": str(state.proof), "required": state.required, "present": state.present}
                for state in missing
            ],
        )


async def find_proofs(session: Session, scope: Scope, task: Task) -> list[ProofState]:
    """What the job type asks for and what of it this visit has."""
    visit_id = task.visit.id
    stored = await count_stored(session, scope, visit_id)
    answered = await get_last_answer(session, scope, visit_id)
    present = {
        Proof.PHOTOS: stored.get("photo", 0),
        Proof.PHOTO_ACT: stored.get("photo_act", 0),
        Proof.CHECKLIST: 1 if answered else 0,
        Proof.MEASUREMENT: await count_sheets(session, scope, visit_id),
        Proof.ACT: await count_signed_acts(session, scope, visit_id),
    }
    return policies.proof_states(task.job_type.proofs, present)


async def give_up(
    session: Session,
    scope: Scope,
    *,
    visit_id: UUID,
    reason: str,
    comment: str,
    command: Command,
    now: datetime,
) -> Visit:
    """It could not be done: nobody at home, wrong goods. The job needs another visit.

    Raises:
        CommentNeeded: `other` without words.
        VisitNotFound, VisitMoveRefused, CommandReused: as for any move.
    """
    check_comment(reason, comment)
    visit = await dispatch.progress_visit(
        session,
        scope,
        visit_id=visit_id,
        to=VisitStatus.NOT_COMPLETED,
        command=command,
        now=now,
        reason=policies.said_reason(reason, comment),
    )
    await _unsay_on_my_way(session, scope, visit_id, reason="not_coming")
    return visit
