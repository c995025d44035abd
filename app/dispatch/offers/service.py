"""Offering a visit to a worker or a crew, and their answer.

Every command locks the visit's row first. Whoever gets the lock decides; the others see the result.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.core.changes import Insert
from app.core.scope import Scope
from app.db.work import Work
from app.dispatch.candidates.policies import Candidate
from app.dispatch.candidates.service import find_candidates as rank_candidates
from app.dispatch.gate.policies import WorkerBusy
from app.dispatch.offers import policies, queries
from app.dispatch.offers.policies import AnswerFacts, Asked, OfferFacts, Terms
from app.dispatch.offers.queries import OfferRow
from app.dispatch.visits.commands import Command
from app.dispatch.visits.queries import LOCK_VISIT
from app.dispatch.visits.service import carry_out
from app.dispatch.visits.states import VisitNotFound, VisitState
from app.workforce.api import find_what_takes


async def offer_visit(
    work: Work,
    scope: Scope | None,
    *,
    visit_id: UUID,
    now: datetime,
    worker_id: UUID | None = None,
    crew_id: UUID | None = None,
    accept_within: timedelta | None = None,
    override_reason: str | None = None,
    excused: Collection[str] = (),
) -> VisitState:
    """Offer a planned visit to a worker or a crew and start the time to accept.

    Without `scope` the client has chosen the time himself.

    Sends nothing: the listeners of `VisitOffered` plan the SMS after COMMIT. If nobody answers by
    `visit.accept_by`, the sweep `escalate_overdue_visits` takes over.

    Raises:
        VisitNotFound: no such visit in this company.
        VisitMoveRefused, AssigneeNotFound, AssigneeImpossible, AssigneeUnsuitable, JobNotPlannable,
            NotReadyThen, VisitTimeInvalid, WorkerBusy: see `policies.offer`.
    """
    work.lock(LOCK_VISIT, visit_id)
    work.explain(WorkerBusy, _name_visits)
    asked = None
    if worker_id is not None and crew_id is None:
        asked = Asked(worker_id, [worker_id])
    elif crew_id is not None and worker_id is None:
        work.lock(queries.LOCK_CREW, crew_id)
        asked = await work.one(queries.CREW_THEN, visit=visit_id, crew=crew_id)
    members = asked.members if asked else []
    rows = await work.all(queries.TO_OFFER, visit=visit_id, asked=members, since=now)
    if not rows:
        raise VisitNotFound(visit_id=visit_id)
    people = [row.person for row in rows if row.person]
    clashes = sorted({visit for row in rows for visit in row.clashes})
    outcome = policies.offer(
        OfferFacts(rows[0].visit, _terms_of(rows, asked), people, clashes),
        asked,
        by=scope.user_id if scope else None,
        accept_within=accept_within,
        override_reason=override_reason,
        excused=excused,
        now=now,
    )
    return carry_out(work, outcome)


def _terms_of(rows: Sequence[OfferRow], asked: Asked | None) -> Terms:
    """With the hours of whoever answers."""
    leads = (row.terms for row in rows if row.person and asked and row.person.worker_id == asked.worker_id)
    return next(leads, rows[0].terms)


async def _name_visits(work: Work, booking: Insert) -> WorkerBusy:
    """Somebody else booked the worker at this very moment."""
    return WorkerBusy(visits=[str(one) for one in await find_what_takes(work, booking)])


async def accept_offer(
    work: Work, scope: Scope, *, visit_id: UUID, command: Command, now: datetime
) -> VisitState:
    """The worker accepts the visit. Accepting again changes nothing.

    Raises:
        VisitNotFound: it was never offered to him.
        OfferExpiredAlready: the deadline has passed, whether or not the background process has noticed.
        OfferTaken: somebody else has accepted it.
        OfferClosed: it was withdrawn or he had declined.
    """
    facts = await _read_answer_facts(work, scope, visit_id)
    return carry_out(work, policies.accept(facts, by=scope.user_id, command=command, now=now))


async def decline_offer(
    work: Work, scope: Scope, *, visit_id: UUID, reason: str, command: Command, now: datetime
) -> VisitState:
    """The worker declines. His time is free again, the dispatcher is told, the ladder goes on.

    Raises:
        VisitNotFound, OfferExpiredAlready, OfferTaken, OfferClosed: see `accept_offer`.
    """
    facts = await _read_answer_facts(work, scope, visit_id)
    return carry_out(work, policies.decline(facts, by=scope.user_id, reason=reason, command=command, now=now))


async def _read_answer_facts(work: Work, scope: Scope, visit_id: UUID) -> AnswerFacts:
    work.lock(LOCK_VISIT, visit_id)
    facts = await work.one(queries.TO_ANSWER, visit=visit_id, worker=scope.user_id)
    if facts is None:
        raise VisitNotFound(visit_id=visit_id)
    return facts


async def find_candidates(work: Work, visit_id: UUID, *, now: datetime, limit: int) -> list[Candidate]:
    """Who could take this visit: first those who can come, then the others with every reason against them.

    Raises:
        VisitNotFound: no such visit in this company.
    """
    facts = await work.one(queries.OFFERS_OF, visit=visit_id)
    if facts is None:
        raise VisitNotFound(visit_id=visit_id)
    visit, offers = facts
    return await rank_candidates(work, visit, offers=offers, now=now, limit=limit)
