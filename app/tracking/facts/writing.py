"""SQL that writes what was derived of a day, and removes it: facts, the derivation itself, proposed arrivals."""

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from app.db.session import Session
from app.tracking.facts import models
from app.tracking.facts.models import ArrivalProposal, TrackDerivation
from app.tracking.facts.policies.arrivals import Proposal
from app.tracking.facts.policies.gaps import Span
from app.tracking.facts.policies.kinds import FactKind
from app.tracking.facts.policies.track import moment_of


async def replace_facts(
    session: Session,
    company_id: UUID,
    worker_id: UUID,
    day: date,
    span: Span,
    rows: Sequence[dict[str, Any]],
) -> None:
    """Put these facts in the place of those of the day."""
    fact = models.TrackFact
    margin = timedelta(days=1)  # the company may have moved to another zone since
    await session.execute(
        delete(fact).where(
            fact.company_id == company_id,
            fact.worker_id == worker_id,
            fact.from_at >= moment_of(span.from_us) - margin,
            fact.from_at < moment_of(span.to_us) + margin,
            fact.day == day,
        )
    )
    if rows:
        await session.execute(insert(fact), rows)


async def save_derivation(session: Session, values: dict[str, Any]) -> None:
    keys = ("company_id", "worker_id", "day")
    new = upsert(TrackDerivation).values(values)
    await session.execute(
        new.on_conflict_do_update(
            index_elements=keys,
            set_={name: new.excluded[name] for name in values if name not in keys},
        )
    )


async def judge_later(
    session: Session, company_id: UUID, worker_id: UUID, day: date, *, at: datetime
) -> None:
    """Let the stops of a day be looked at, unless they will be earlier."""
    changed = update(TrackDerivation).where(
        TrackDerivation.company_id == company_id,
        TrackDerivation.worker_id == worker_id,
        TrackDerivation.day == day,
        TrackDerivation.judge_at.is_(None),
    )
    await session.execute(changed.values(judge_at=at))


async def add_proposal(
    session: Session, company_id: UUID, worker_id: UUID, proposal: Proposal, *, now: datetime
) -> bool:
    """False: the visit had one already."""
    new = (
        upsert(ArrivalProposal)
        .values(company_id=company_id, worker_id=worker_id, proposed_at=now, **proposal._asdict())
        .on_conflict_do_nothing()
        .returning(ArrivalProposal.visit_id)
    )
    return (await session.execute(new)).first() is not None


async def remove_proposals(
    session: Session, company_id: UUID, worker_id: UUID, *, span: Span, kept: Collection[UUID | None]
) -> None:
    """Remove the proposals of a worker of this day, except those for these visits."""
    proposal = ArrivalProposal
    await session.execute(
        delete(proposal).where(
            proposal.company_id == company_id,
            proposal.worker_id == worker_id,
            proposal.arrived_at >= moment_of(span.from_us),
            proposal.arrived_at < moment_of(span.to_us),
            proposal.visit_id.not_in(kept),
        )
    )


async def forget_old_facts(session: Session, company_id: UUID, *, before: datetime, at_most: int) -> int:
    """Forget where anybody of the company was before this moment. Returns how many facts were removed.

    When somebody was at a visit stays, without a place: lateness is judged by it. How far he drove on a day stays in
    `track_derivation`: he was paid by it.
    """
    proposal = ArrivalProposal
    await session.execute(
        delete(proposal).where(proposal.company_id == company_id, proposal.arrived_at < before)
    )
    is_old = (models.TrackFact.company_id == company_id, models.TrackFact.to_at < before)
    return await _forget(session, is_old, at_most=at_most)


async def forget_facts_of_worker(
    session: Session, company_id: UUID, worker_id: UUID, since: datetime, until: datetime
) -> None:
    """The same for a worker, of what ended in (since, until]."""
    fact, proposal = models.TrackFact, ArrivalProposal
    await session.execute(
        delete(proposal).where(
            proposal.company_id == company_id,
            proposal.worker_id == worker_id,
            proposal.arrived_at >= since,
            proposal.arrived_at < until,
        )
    )
    a_day = timedelta(hours=25)  # no fact is longer
    of_time = (
        fact.company_id == company_id,
        fact.worker_id == worker_id,
        fact.from_at > since - a_day,
        fact.from_at < until,
        fact.to_at > since,
        fact.to_at <= until,
    )
    await _forget(session, of_time)


async def _forget(
    session: Session, conditions: Collection[ColumnElement[bool]], *, at_most: int | None = None
) -> int:
    fact = models.TrackFact
    nowhere: dict[str, Any] = {"lat": None, "lon": None, "accuracy_m": None, "evidence": {}}
    at_visits = update(fact).where(*conditions, fact.kind == FactKind.PRESENCE, fact.lat.is_not(None))
    await session.execute(
        at_visits.values(nowhere).execution_options(synchronize_session=False),
    )
    others = select(fact.id).where(*conditions, fact.kind != FactKind.PRESENCE).limit(at_most)
    gone = (
        delete(fact)
        .where(*conditions, fact.id.in_(others))
        .returning(fact.id)
        .execution_options(synchronize_session=False)
    )
    return len((await session.scalars(gone)).all())
