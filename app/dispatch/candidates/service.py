"""Whom a dispatcher can send, nearest first, and why the others cannot come."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.dialects.postgresql import Range

from app.db.work import Work
from app.dispatch.candidates import policies, queries
from app.dispatch.candidates.policies import Candidate, OfferMade
from app.dispatch.visits.states import VisitState
from app.orders.api import JobKind
from app.workforce.api import POSITION_FRESH_FOR

BEGINS_SOON = timedelta(hours=12)


async def find_candidates(
    work: Work, visit: VisitState, *, offers: Sequence[OfferMade], now: datetime, limit: int = 50
) -> list[Candidate]:
    """Everybody who works for the company and, for an installation, its crews.

    First those who can take the visit, then the others with every reason against them. Both lists are
    sorted by distance. Where somebody is now counts for what begins soon, otherwise his home does. `offers` are the
    offers already made for this visit.
    """
    rows = await work.all(
        queries.CANDIDATES,
        visit=visit.id,
        job=visit.job_id,
        period=Range(visit.starts_at, visit.ends_at),
        fresh_since=now - POSITION_FRESH_FOR if visit.starts_at < now + BEGINS_SOON else visit.starts_at,
    )
    if not rows:
        return []
    plan = rows[0].rules.plan(visit.starts_at, visit.ends_at, now=now)
    crews = []
    if rows[0].job_kind == JobKind.INSTALLATION:
        crews = await work.all(queries.CREWS, moment=visit.starts_at)
    workers = [
        policies.worker_candidate(row.facts, plan, name=row.name, offers=offers, crews=crews, now=now)
        for row in rows
    ]
    facts = {row.facts.worker_id: row.facts for row in rows}
    brigades = [policies.crew_candidate(crew, plan, facts=facts, offers=offers, now=now) for crew in crews]
    return policies.best_first([*workers, *brigades])[:limit]
