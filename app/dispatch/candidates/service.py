"""Whom a dispatcher can send, nearest first, and why not the others."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from app.clients import api as clients
from app.db.session import Session
from app.dispatch.candidates import policies, queries
from app.dispatch.candidates.policies import Candidate
from app.dispatch.visits.models import Visit
from app.identity import api as identity
from app.orders.statuses import JobKind


async def find_candidates(
    session: Session, visit: Visit, *, now: datetime, limit: int = 50
) -> list[Candidate]:
    """Everybody who works for the company, and its crews for an installation: first those who can take
    the visit, then the others with every reason against them; nearest first in both."""
    company_id = visit.company_id
    task = await queries.get_task(session, visit)
    site = await clients.site_point(session, company_id, task.site_id)
    facts = await queries.find_facts(session, company_id, task, site=site, now=now)
    offers = await queries.find_offers_made(session, company_id, visit.id)
    crews = []
    if task.job_kind == JobKind.INSTALLATION:
        crews = await queries.find_crews(session, company_id, moment=task.starts_at)
    people = {
        one.id: one for one in await identity.find_users(session, company_id, [f.worker_id for f in facts])
    }
    workers = [
        policies.worker_candidate(
            one,
            name=people[one.worker_id].name,
            is_active=people[one.worker_id].is_active,
            required_skills=task.required_skills,
            offers=offers,
            crews=crews,
        )
        for one in facts
    ]
    brigades = [
        policies.crew_candidate(
            crew,
            facts={one.worker_id: one for one in facts},
            active={one.worker_id for one in facts if people[one.worker_id].is_active},
            required_skills=task.required_skills,
            offers=offers,
        )
        for crew in crews
    ]
    return policies.best_first([*workers, *brigades])[:limit]


async def find_obstacles(
    session: Session, visit: Visit, *, members: Sequence[UUID], leader_id: UUID, now: datetime
) -> list[str]:
    """What speaks against sending just these people, one worker or the members of a crew: a skill that
    none of them has, an absence, a territory that the site is not in.

    Their other visits are the database's matter, their shifts the dispatcher's.
    """
    task = await queries.get_task(session, visit)
    site = await clients.site_point(session, visit.company_id, task.site_id)
    facts = await queries.find_facts(session, visit.company_id, task, site=site, now=now, of=members)
    return policies.obstacles(facts, leader_id=leader_id, required_skills=task.required_skills)
